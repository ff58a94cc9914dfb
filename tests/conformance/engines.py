"""The engines of the conformance table: one class each, the same methods, NumPy arrays with channels last.

What an engine has no function or option for raises ``NotOffered``; what it refuses raises its own error. Keras reads
``KERAS_BACKEND`` when it is imported, so an engine is made in a process of its own (:mod:`tests.conformance.table`).
"""

import os
from importlib.metadata import version

import numpy as np

import poolkit
from poolkit.quiet import quiet


class NotOffered(Exception):
    """The engine has no such function or option."""


class Engine:
    """What can be asked. ``gradient`` is that of the sum of what the named method returns."""

    packages = ()

    def versions(self):
        return {name: version(package) for name, package in self.packages}

    def refuse(self, *_, **__):
        raise NotOffered

    max = average = lp = max_indices = max_unpool = global_max = global_average = refuse
    adaptive_max = adaptive_average = masked_global_max = gradient = refuse


class Poolkit(Engine):
    max, average = staticmethod(poolkit.max_pool), staticmethod(poolkit.average_pool)
    global_max, global_average = staticmethod(poolkit.global_max_pool), staticmethod(poolkit.global_average_pool)
    adaptive_max, adaptive_average = (
        staticmethod(poolkit.adaptive_max_pool),
        staticmethod(poolkit.adaptive_average_pool),
    )
    max_unpool = staticmethod(poolkit.max_unpool)

    def versions(self):
        return {"poolkit": poolkit.__version__, "NumPy": np.__version__}

    def lp(self, x, p, *rule):
        return poolkit.lp_pool(x, p, *rule)

    def max_indices(self, x, *rule, **options):
        return poolkit.max_pool(x, *rule, **options, return_indices=True)[1]

    def masked_global_max(self, x, mask):
        return poolkit.global_max_pool(x, mask=mask)

    def gradient(self, name, x, *rule, **options):
        y, pullback = poolkit.vjp(getattr(self, name), x, *rule, **options)
        return pullback(np.ones_like(y))


class Keras(Engine):
    """Keras on the backend of that name: ``keras.ops`` for windows, the layers for the rest."""

    def __init__(self, backend, name):
        os.environ["KERAS_BACKEND"] = backend
        with quiet():
            import keras
        self.keras, self.backend, self.packages = keras, backend, (("Keras", "keras"), (name, backend))

    def versions(self):
        return super().versions() | {"NumPy": np.__version__}

    def run(self, call, x):
        return self.keras.ops.convert_to_numpy(call(self.keras.ops.convert_to_tensor(x)))

    def call(self, name, x, *rule, **options):
        """The tensor that the method called ``name`` gives for the tensor ``x``."""
        rank, kind = len(x.shape) - 2, name.removeprefix("global_").removeprefix("adaptive_").capitalize()
        layers, dtype = self.keras.layers, self.keras.backend.standardize_dtype(x.dtype)
        if name.startswith("global"):
            return getattr(layers, f"Global{kind}Pooling{rank}D")(dtype=dtype)(x, **options)
        if name.startswith("adaptive"):
            return getattr(layers, f"Adaptive{kind}Pooling{rank}D")(*rule, dtype=dtype)(x)
        if options or (len(rule) > 2 and not isinstance(rule[2], str)):
            raise NotOffered
        size, strides, *padding = rule if len(rule) > 1 else rule * 2
        return getattr(self.keras.ops, f"{kind.lower()}_pool")(x, size, strides, *padding, data_format="channels_last")

    def max(self, x, *rule, **options):
        return self.run(lambda x: self.call("max", x, *rule, **options), x)

    def average(self, x, *rule, **options):
        return self.run(lambda x: self.call("average", x, *rule, **options), x)

    def global_max(self, x):
        return self.run(lambda x: self.call("global_max", x), x)

    def global_average(self, x, **options):
        return self.run(lambda x: self.call("global_average", x, **options), x)

    def adaptive_max(self, x, size):
        return self.run(lambda x: self.call("adaptive_max", x, size), x)

    def adaptive_average(self, x, size):
        return self.run(lambda x: self.call("adaptive_average", x, size), x)

    def masked_global_max(self, x, mask):
        masking = self.keras.layers.Masking(0.0)
        return self.run(lambda x: self.call("global_max", masking(x)), np.where(mask[..., None], x, 0))

    def gradient(self, name, x, *rule, **options):
        def total(x):
            return self.keras.ops.sum(self.call(name, x, *rule, **options))

        if self.backend == "jax":
            import jax

            return np.asarray(jax.grad(total)(x))
        if self.backend == "torch":
            return torch_gradient(total, x)
        import tensorflow as tf

        tensor = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            y = total(tensor)
        return tape.gradient(y, tensor).numpy()


def torch_gradient(total, x):
    import torch

    tensor = torch.tensor(x, requires_grad=True)
    total(tensor).backward()
    return tensor.grad.numpy()


class PyTorch(Engine):
    """``torch.nn.functional``, which has channels first and names its functions by rank."""

    packages = (("PyTorch", "torch"), ("NumPy", "numpy"))

    def call(self, name, x, *arguments, **options):
        import torch

        names = {
            "max": "max_pool",
            "average": "avg_pool",
            "lp": "lp_pool",
            "adaptive_max": "adaptive_max_pool",
            "adaptive_average": "adaptive_avg_pool",
        }
        function = getattr(torch.nn.functional, f"{names.get(name, name)}{x.ndim - 2}d")
        return function(x.movedim(-1, 1), *arguments, **options)

    def run(self, name, x, *arguments, **options):
        import torch

        return self.call(name, torch.tensor(x), *arguments, **options).movedim(1, -1).numpy()

    def rule(self, size, strides=None, padding="valid", **options):
        padding = {"valid": 0}.get(padding, padding) if isinstance(padding, str) else self.equal(padding)
        if padding in ("same", "same_lower"):
            raise NotOffered
        return (size,), {"stride": strides, "padding": padding} | options

    def equal(self, pairs):
        if any(before != after for before, after in pairs):
            raise NotOffered
        return tuple(before for before, _ in pairs)

    def max(self, x, *rule, **options):
        arguments, options = self.rule(*rule, **options)
        return self.run("max", x, *arguments, **options)

    def average(self, x, *rule, **options):
        if "dilation" in options:
            raise NotOffered
        arguments, options = self.rule(*rule, **options)
        return self.run("average", x, *arguments, **options)

    def lp(self, x, p, size):
        return self.run("lp", x, p, size)

    def max_indices(self, x, *rule, **options):
        import torch

        arguments, options = self.rule(*rule, **options)
        return self.call("max", torch.tensor(x), *arguments, **options, return_indices=True)[1].movedim(1, -1).numpy()

    def max_unpool(self, y, indices, output_shape):
        import torch

        size, shape = output_shape[1] // y.shape[1], output_shape[1:-1]
        return self.run("max_unpool", y, torch.tensor(indices).movedim(-1, 1), size, output_size=shape)

    def adaptive_max(self, x, size):
        return self.run("adaptive_max", x, size)

    def adaptive_average(self, x, size):
        return self.run("adaptive_average", x, size)

    def global_max(self, x):
        return self.adaptive_max(x, 1).reshape(x.shape[0], x.shape[-1])

    def global_average(self, x, mask=None):
        if mask is not None:
            raise NotOffered
        return self.adaptive_average(x, 1).reshape(x.shape[0], x.shape[-1])

    def gradient(self, name, x, *rule, **options):
        if name.startswith("global"):
            name, rule = name.replace("global", "adaptive"), (1,)
        if not name.startswith("adaptive"):
            rule, options = self.rule(*rule, **options)
        return torch_gradient(lambda x: self.call(name, x, *rule, **options).sum(), x)


class OnnxRuntime(Engine):
    """Models of one node, run on the CPU."""

    packages = (("ONNX Runtime", "onnxruntime"), ("ONNX", "onnx"), ("NumPy", "numpy"))
    opset = 22  # the newest in which ONNX changed pooling

    def run(self, operator, inputs, outputs=1, **attributes):
        import onnx
        import onnxruntime

        names, results = [f"x{i}" for i in range(len(inputs))], [f"y{i}" for i in range(outputs)]
        node = onnx.helper.make_node(operator, names, results, **attributes)
        kinds = [onnx.helper.np_dtype_to_tensor_dtype(each.dtype) for each in inputs]
        given = [onnx.helper.make_tensor_value_info(*each, None) for each in zip(names, kinds, strict=True)]
        indices = onnx.TensorProto.INT64
        found = [
            onnx.helper.make_tensor_value_info(name, kind, None)
            for name, kind in zip(results, (kinds[0], indices), strict=False)
        ]
        graph = onnx.helper.make_graph([node], "one node", given, found)
        opset = onnx.helper.make_opsetid("", self.opset)
        model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=10)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(None, dict(zip(names, inputs, strict=True)))

    def pool(self, operator, x, *rule, outputs=1, **options):
        size, strides, padding = (*(rule if len(rule) > 1 else rule * 2), "valid")[:3]
        rank = x.ndim - 2
        words = {"valid": "VALID", "same": "SAME_UPPER", "same_lower": "SAME_LOWER"}
        if isinstance(padding, str):
            around = {"auto_pad": words.get(padding, padding)}
        else:
            around = {"pads": [pair[side] for side in (0, 1) for pair in padding]}
        if "dilation" in options:
            options["dilations"] = [options.pop("dilation")] * rank
        options = {name: int(value) if isinstance(value, bool) else value for name, value in options.items()}
        steps = {"kernel_shape": [size] * rank} | ({"strides": [strides] * rank} if strides else {})
        x = np.ascontiguousarray(np.moveaxis(x, -1, 1))
        return [np.moveaxis(y, 1, -1) for y in self.run(operator, [x], outputs, **steps, **around, **options)]

    def max(self, x, *rule, **options):
        return self.pool("MaxPool", x, *rule, **options)[0]

    def average(self, x, *rule, **options):
        return self.pool("AveragePool", x, *rule, **options)[0]

    def lp(self, x, p, size):
        return self.pool("LpPool", x, size, p=p)[0]

    def max_indices(self, x, *rule, **options):
        return self.pool("MaxPool", x, *rule, outputs=2, **options)[1]

    def max_unpool(self, y, indices, output_shape):
        size = output_shape[1] // y.shape[1]
        inputs = [np.ascontiguousarray(np.moveaxis(each, -1, 1)) for each in (y, indices)]
        steps = {"kernel_shape": [size] * (y.ndim - 2), "strides": [size] * (y.ndim - 2)}
        return np.moveaxis(self.run("MaxUnpool", inputs, **steps)[0], 1, -1)

    def whole(self, operator, x):
        x = np.ascontiguousarray(np.moveaxis(x, -1, 1))
        return self.run(operator, [x])[0].reshape(x.shape[:2])

    def global_max(self, x):
        return self.whole("GlobalMaxPool", x)

    def global_average(self, x, mask=None):
        if mask is not None:
            raise NotOffered
        return self.whole("GlobalAveragePool", x)


ENGINES = {
    "poolkit": Poolkit,
    "Keras on TensorFlow": lambda: Keras("tensorflow", "TensorFlow"),
    "Keras on JAX": lambda: Keras("jax", "JAX"),
    "Keras on PyTorch": lambda: Keras("torch", "PyTorch"),
    "PyTorch": PyTorch,
    "ONNX Runtime": OnnxRuntime,
}
