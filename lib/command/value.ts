/**
 * The value that a text on a command line means: JSON, or what is a little less, as messages write it and as it is typed:
 * `.1`, `1,2,3`, `{ length: 5, shape: 'cosine' }`. Anything else is the text itself.
 */
export function readValue(text: string): unknown {
  const json = completed(text);
  for (const reading of [text, json, ...(text.includes(',') ? [`[${json}]`] : [])]) {
    try {
      return JSON.parse(reading);
    } catch {
      // not JSON: try the next reading
    }
  }
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** With the quotes and digits that JSON asks for. */
const completed = (text: string) =>
  text
    .replaceAll(/'([^'"]*)'/g, '"$1"')
    .replaceAll(/([{,]\s*)(\w+)\s*:/g, '$1"$2":')
    .replaceAll(/(:\s*)(?!true\b|false\b|null\b)([a-z]\w*)/gi, '$1"$2"')
    .replaceAll(/(?<![\w.])\.(?=\d)/g, '0.')
    .replaceAll(/(?<=\d)\.(?!\d)/g, '');
