/**
 * Text of a log line with what would act on the reader made visible: control characters (a terminal's escape), and those that reorder
 * the text around them, with which a line can say something else than it holds ("Trojan Source", CVE-2021-42574). Text that is
 * written from right to left stays as it is. Tabs and line ends stay too. For the eye only: what is copied is the line itself.
 */
const BIDI: Record<string, string> = {
  '\u061c': 'ALM', '\u200e': 'LRM', '\u200f': 'RLM', '\u202a': 'LRE', '\u202b': 'RLE', '\u202c': 'PDF', '\u202d': 'LRO', '\u202e': 'RLO',
  '\u2066': 'LRI', '\u2067': 'RLI', '\u2068': 'FSI', '\u2069': 'PDI',
} // prettier-ignore

// eslint-disable-next-line no-control-regex
const ACTING = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const C0: readonly string[] = 'NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(' ')

/** `\u001b[31m` is shown as `‹ESC›[31m`, an override as `‹RLO›`. */
export function visibleText(text: string): string {
  return text.replace(ACTING, (char) => `\u2039${nameOf(char)}\u203a`)
}

function nameOf(char: string): string {
  const code = char.charCodeAt(0)
  return BIDI[char] ?? C0[code] ?? (code === 0x7f ? 'DEL' : code.toString(16).toUpperCase())
}
