import { describe, expect, it } from 'vitest'
import { matchCommands } from './commands'

const COMMANDS = [
  { id: 'map', label: 'Map', also: 'services home' },
  { id: 'day', label: 'Last 24 h', also: 'time range day' },
  { id: 'dark', label: 'Theme: dark' },
  { id: 'transactions', label: 'Transactions', also: 'search' },
]
const ids = (typed: string) => matchCommands(COMMANDS, typed).map(({ id }) => id)

describe('the command menu', () => {
  it('offers everything before a word is typed', () => expect(ids(' ')).toEqual(['map', 'day', 'dark', 'transactions']))
  it('finds by the beginnings of words, in any order', () => {
    expect(ids('24')).toEqual(['day'])
    expect(ids('range la')).toEqual(['day'])
    expect(ids('ark')).toEqual([])
  })
  it('shows first what begins with it', () => expect(ids('t')).toEqual(['dark', 'transactions', 'day']))
})
