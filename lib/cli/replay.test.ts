import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Replay } from './replay'

const pieces = (...texts: string[]): Readable => Readable.from(texts.map((text) => Buffer.from(text)))
const textOf = async (stream: Readable): Promise<string> => (await buffer(stream)).toString()

test('a short stream can be read as often as it takes, also after its head was looked at', async () => {
  const replay = new Replay(pieces('ab', 'cd', 'ef'))
  expect((await replay.head(3)).toString()).toBe('abc')
  expect(await textOf(replay.open())).toBe('abcdef')
  expect(replay.canRepeat()).toBe(true)
  expect(await textOf(replay.open())).toBe('abcdef')
})

test('an empty stream is empty, and its head too', async () => {
  const replay = new Replay(pieces())
  expect((await replay.head(10)).length).toBe(0)
  expect(await textOf(replay.open())).toBe('')
})

test('past its limit the beginning is forgotten, and a second reading is refused instead of cut', async () => {
  const replay = new Replay(pieces('aaaa', 'bbbb', 'cccc', 'dddd'), 8)
  expect(await textOf(replay.open())).toBe('aaaabbbbccccdddd')
  expect(replay.canRepeat()).toBe(false)
  await expect(textOf(replay.open())).rejects.toThrow('second time')
})

test('keeps no more than its limit and the piece in hand', async () => {
  let live = 0
  const source = Readable.from(
    (async function* () {
      for (let i = 0; i < 1000; i++) yield Buffer.alloc(1000)
    })(),
  )
  const replay = new Replay(source, 5000)
  for await (const _ of replay.open()) live = Math.max(live, Reflect.get(replay, 'bytes') as number)
  // A Readable reads ahead by its own buffer of 16 to 64 kB, but what was handed on is dropped.
  expect(live).toBeLessThan(80_000)
})

test('a reader that is left while it waits loses nothing for the next', async () => {
  const source = new Readable({ read() {} })
  const replay = new Replay(source)
  source.push('one ')
  const first = replay.open()
  first.resume()
  await sleep(10)
  first.destroy()
  source.push('two ')
  await sleep(10)
  const second = textOf(replay.open())
  source.push('three')
  source.push(null)
  expect(await second).toBe('one two three')
})
