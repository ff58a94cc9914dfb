// Where a plain script comes from, in place of import.meta.url of the module that it was.
export const here = document.currentScript.src;
