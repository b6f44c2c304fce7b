import { expect, it } from 'vitest'
import { sourceNameOf } from './upload'

it('names a source after its file, without folders', () => {
  expect([sourceNameOf('app.ndjson'), sourceNameOf('logs/2026/app.ndjson.gz'), sourceNameOf('C:\\logs\\app.log')]).toEqual([
    'app.ndjson',
    'app.ndjson.gz',
    'app.log',
  ])
})

it('keeps within what the API takes as a name', () => {
  expect(sourceNameOf('a\u0000b\u001bc\ud800.log')).toBe('abc.log')
  expect(sourceNameOf('x'.repeat(500)).length).toBe(200)
  expect(sourceNameOf('')).toBe('file')
  expect(sourceNameOf('folder/')).toBe('file')
})
