import { expect, test } from 'vitest'
import { Screen } from './screen'
import { capture } from './test-instance'

test('on a terminal one line is redrawn, never wraps, and makes way for results', () => {
  let nowMs = 1000
  const [out, err] = [capture(), Object.assign(capture(), { isTTY: true, columns: 20 })]
  const screen = new Screen(out, err, () => nowMs)
  screen.startProgress()
  screen.progress(() => 'a'.repeat(50))
  nowMs += 50
  screen.progress(() => 'too soon')
  nowMs += 50
  screen.progress(() => 'b')
  screen.out('result')
  expect(out.text).toBe('result\n')
  expect(err.text).toBe(`\r\u001b[2K${'a'.repeat(19)}\r\u001b[2Kb\r\u001b[2K`)
})

test('in a log a line comes every 5 s, none for short work, and no control characters', () => {
  let nowMs = 1000
  const [out, err] = [capture(), capture()]
  const screen = new Screen(out, err, () => nowMs)
  screen.startProgress()
  for (let i = 0; i < 120; i++, nowMs += 100) screen.progress(() => `at ${nowMs}`)
  screen.say('done')
  expect(err.text).toBe('at 6000\nat 11000\ndone\n')
})
