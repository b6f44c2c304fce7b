import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { environment } from './environment.mjs'
import { readEnv } from './env'

test('an empty environment gives the documented defaults, and an empty value counts as unset', () => {
  const defaults = { port: 3000, host: '127.0.0.1', dataDir: '.specter', databaseUrl: undefined }
  expect(readEnv({})).toEqual(defaults)
  expect(readEnv({ PORT: '', HOST: ' ', DATABASE_URL: '' })).toEqual(defaults)
})

test.each(['localhost', '127.0.0.1', '127.8.9.10', '::1'])('HOST may be %s: only this machine can reach it', (host) => {
  expect(readEnv({ HOST: host }).host).toBe(host)
})

test.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', 'localhost.example.org', '127.0.0.1.example.org'])(
  'HOST %s is refused while there are no accounts',
  (host) => {
    expect(() => readEnv({ HOST: host })).toThrow(/^HOST must be this machine .*no accounts yet/)
  },
)

test.each(['x', '-1', '65536', '3000.5'])('PORT %s is refused with the value in the message', (port) => {
  expect(() => readEnv({ PORT: port })).toThrow(`(PORT is "${port}")`)
})

test('DATABASE_URL must be one of Postgres', () => {
  expect(() => readEnv({ DATABASE_URL: 'mysql://x' })).toThrow('DATABASE_URL must begin with postgres://')
})

test('every variable that is read stands in --help and in the README with its default', () => {
  const read = [...readFileSync('lib/server/env.ts', 'utf8').matchAll(/^ {2}([A-Z_]+): z/gm)].map((match) => match[1])
  expect(read.length).toBeGreaterThan(3)
  expect(environment.map(([name]) => name).sort()).toEqual(read.sort())
  const readme = readFileSync('README.md', 'utf8')
  for (const [name, value] of environment) expect(readme).toMatch(new RegExp(`\\| \`${name}\` \\| ${value?.startsWith('(') ? '' : `\`${value}\``}`))
})
