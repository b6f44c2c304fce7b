/** One line of RFC 4180: columns between commas, quotes around what holds commas, a quote inside doubled. Linear. */

/** At most `max` columns: the last one has the rest. A quote that never closes takes the rest too. */
export function splitCsv(text: string, max: number): string[] {
  const columns: string[] = []
  let at = 0
  while (columns.length < max) {
    const { value, next } = text.charCodeAt(at) === 34 ? quoted(text, at + 1) : plain(text, at)
    columns.push(value)
    if (next >= text.length) return text.endsWith(',') && next === text.length && text.charCodeAt(next - 1) === 44 ? [...columns, ''].slice(0, max) : columns
    at = next
  }
  columns[max - 1] += text.slice(at - 1)
  return columns
}

function plain(text: string, from: number): { value: string; next: number } {
  const comma = text.indexOf(',', from)
  return comma < 0 ? { value: text.slice(from), next: text.length } : { value: text.slice(from, comma), next: comma + 1 }
}

function quoted(text: string, from: number): { value: string; next: number } {
  let value = ''
  let at = from
  for (;;) {
    const mark = text.indexOf('"', at)
    if (mark < 0) return { value: value + text.slice(at), next: text.length }
    value += text.slice(at, mark)
    if (text.charCodeAt(mark + 1) !== 34) {
      const comma = text.indexOf(',', mark + 1)
      return { value, next: comma < 0 ? text.length : comma + 1 }
    }
    value += '"'
    at = mark + 2
  }
}
