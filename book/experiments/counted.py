"""Which poolings do well-known networks have? The layers of sixteen networks of
``keras.applications`` are counted, with random weights: nothing is trained."""

from collections import Counter

from experiments.networks import keras

SEEDS = (0,)
YEARS = {
    "VGG16": 2014,
    "VGG19": 2014,
    "InceptionV3": 2015,
    "ResNet50": 2015,
    "ResNet50V2": 2016,
    "InceptionResNetV2": 2016,
    "DenseNet121": 2016,
    "Xception": 2016,
    "MobileNet": 2017,
    "NASNetMobile": 2017,
    "MobileNetV2": 2018,
    "MobileNetV3Small": 2019,
    "MobileNetV3Large": 2019,
    "EfficientNetB0": 2019,
    "EfficientNetV2B0": 2021,
    "ConvNeXtTiny": 2022,
}
KINDS = {
    "max": keras.layers.MaxPooling2D,
    "average": keras.layers.AveragePooling2D,
    "global average": keras.layers.GlobalAveragePooling2D,
    "global max": keras.layers.GlobalMaxPooling2D,
}
CASES = [(name,) for name in YEARS]


def leaves(model):
    """Every layer, also of models within the model."""
    for layer in model.layers:
        yield from leaves(layer) if hasattr(layer, "layers") else [layer]


def strided(layer):
    """Whether a layer is a convolution that takes steps."""
    is_convolution = "Conv" in type(layer).__name__
    return is_convolution and max(getattr(layer, "strides", (1,))) > 1


def measure(_, name):
    keras.backend.clear_session()
    keras.config.set_dtype_policy("float16")  # half the memory: nothing is computed
    try:
        layers = list(leaves(getattr(keras.applications, name)(weights=None)))
    finally:
        keras.config.set_dtype_policy("float32")
    counted = Counter(type(layer) for layer in layers)
    return {
        **{kind: counted[layer] for kind, layer in KINDS.items()},
        "strided convolution": sum(map(strided, layers)),
        "flatten": counted[keras.layers.Flatten],
    }
