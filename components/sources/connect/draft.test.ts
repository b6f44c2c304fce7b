import { describe, expect, it } from 'vitest'
import { fitsPattern, isChosen } from '#lib/base/group-pattern'
import { defaultLabel, draftOf, enteredOf, NOTHING_ENTERED, toggleGroup } from './draft'

describe('names and patterns of log groups', () => {
  it.each([
    ['/aws/lambda/shop-*', '/aws/lambda/shop-cart', true],
    ['/aws/lambda/shop-*', '/aws/lambda/other', false],
    ['/aws/lambda/shop-cart', '/aws/lambda/shop-cart-2', false],
    ['/app/v?', '/app/v2', true],
    ['/app.x', '/app-x', false],
    ['*', '/anything', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(fitsPattern(name, pattern)).toBe(expected)
  })

  it('a group is taken out of a pattern by an exception, and in again by dropping it', () => {
    const all = { ...NOTHING_ENTERED, groups: ['/aws/lambda/*'] }
    const without = toggleGroup(all, '/aws/lambda/noisy')
    expect(without).toMatchObject({ groups: ['/aws/lambda/*'], excludedGroups: ['/aws/lambda/noisy'] })
    expect(isChosen('/aws/lambda/noisy', without)).toBe(false)
    expect(toggleGroup(without, '/aws/lambda/noisy')).toMatchObject({ groups: ['/aws/lambda/*'], excludedGroups: [] })
  })

  it('a group that no pattern means is taken in and out by its name', () => {
    const one = toggleGroup(NOTHING_ENTERED, '/app/a')
    expect(one.groups).toEqual(['/app/a'])
    expect(toggleGroup(one, '/app/a')).toMatchObject({ groups: [], excludedGroups: [] })
  })
})

it('a connection without a name is called by its account and region', () => {
  expect(defaultLabel({ roleArn: 'arn:aws:iam::123456789012:role/specter', region: 'eu-central-1' })).toBe('123456789012, eu-central-1')
  expect(defaultLabel({ roleArn: '', region: 'eu-central-1' })).toBe('eu-central-1')
})

it('changing a connection keeps what was not touched', () => {
  const kept = {
    label: 'shop', region: 'eu-central-1', roleArn: 'arn:aws:iam::123456789012:role/specter', externalId: 'abc', endpoint: 'https://logs.example',
    groups: ['/aws/lambda/*'], excludedGroups: ['/aws/lambda/noisy'], filterPattern: '?ERROR ?WARN', xray: false,
  } // prettier-ignore
  expect(draftOf(enteredOf({ ...kept } as Parameters<typeof enteredOf>[0]))).toMatchObject(kept)
})
