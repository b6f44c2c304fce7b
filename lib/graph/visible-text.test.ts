import { describe, expect, it } from 'vitest'
import { visibleText } from './visible-text'

describe('what a line shows', () => {
  it('names the control characters that a terminal would obey', () => {
    expect(visibleText('\u001b[31mred\u001b[0m bell\u0007 nul\u0000 c1\u009b')).toBe('‹ESC›[31mred‹ESC›[0m bell‹BEL› nul‹NUL› c1‹9B›')
  })
  it('names what would reorder the text around it', () => {
    expect(visibleText('user=\u202etoor\u202c ok\u2066')).toBe('user=‹RLO›toor‹PDF› ok‹LRI›')
  })
  it('leaves tabs, line ends, emoji and text from right to left alone', () => {
    const text = 'a\tb\r\nc رفض الكوبون 👩‍👩‍👧'
    expect(visibleText(text)).toBe(text)
  })
})
