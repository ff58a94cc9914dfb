// Python code as HTML in the classes of Pygments, so that changed code looks as the page's own does.

const WORDS =
  "False|None|True|and|as|assert|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|" +
  "lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield";
const TOKENS = new RegExp(
  [
    String.raw`(?<c1>#.*)`,
    String.raw`(?<s2>(?:\b[bfru]{1,2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))`,
    String.raw`(?<k>\b(?:${WORDS})\b)`,
    String.raw`(?<n>\b[^\W\d]\w*)`,
    String.raw`(?<mi>\b\d[\w.]*)`,
    String.raw`(?<o>[-+*/%=<>!&|^~@]+)`,
  ].join("|"),
  "giu",
);
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

export function colour(code) {
  let html = "";
  let end = 0;
  const escape = (text) => text.replace(/[&<>]/g, (sign) => ESCAPES[sign]);
  for (const { 0: text, index, groups } of code.matchAll(TOKENS)) {
    const name = Object.keys(groups).find((key) => groups[key] !== undefined);
    html += `${escape(code.slice(end, index))}<span class="${name}">${escape(text)}</span>`;
    end = index + text.length;
  }
  return `${html}${escape(code.slice(end))}\n`;
}
