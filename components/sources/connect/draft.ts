/** What is entered on the way to a connection. Everything is text until it is sent. */
import { fitsPattern, isChosen } from '#lib/base/group-pattern'
import type { ConnectionDraft, ConnectionItem } from '#lib/model/connection'

export interface Entered {
  label: string
  region: string
  roleArn: string
  externalId: string
  endpoint: string
  groups: readonly string[]
  excludedGroups: readonly string[]
  filterPattern: string
  xray: boolean
  lookbackMinutes: number
}

export const NOTHING_ENTERED: Entered = {
  label: '',
  region: '',
  roleArn: '',
  externalId: '',
  endpoint: '',
  groups: [],
  excludedGroups: [],
  filterPattern: '',
  xray: true,
  lookbackMinutes: 60,
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

export function draftOf(entered: Entered): ConnectionDraft {
  const role = orNull(entered.roleArn)
  return {
    label: orNull(entered.label) ?? defaultLabel(entered),
    region: entered.region.trim(),
    roleArn: role,
    externalId: role === null ? null : orNull(entered.externalId),
    endpoint: orNull(entered.endpoint),
    groups: [...entered.groups],
    excludedGroups: [...entered.excludedGroups],
    filterPattern: orNull(entered.filterPattern),
    xray: entered.xray,
    enabled: true,
  }
}

/** `123456789012, eu-central-1`, or the region alone. */
export function defaultLabel({ roleArn, region }: Pick<Entered, 'roleArn' | 'region'>): string {
  const account = /:iam::(\d{12}):/.exec(roleArn)?.[1]
  return [account, region.trim()].filter(Boolean).join(', ') || 'AWS'
}

export function enteredOf(item: ConnectionItem): Entered {
  return {
    label: item.label,
    region: item.region,
    roleArn: item.roleArn ?? '',
    externalId: item.externalId ?? '',
    endpoint: item.endpoint ?? '',
    groups: item.groups,
    excludedGroups: item.excludedGroups,
    filterPattern: item.filterPattern ?? '',
    xray: item.xray,
    lookbackMinutes: 0,
  }
}

/** Takes one group in or out, by the shortest list of names and patterns that says so. */
export function toggleGroup(entered: Entered, name: string): Entered {
  if (isChosen(name, entered)) {
    const groups = entered.groups.filter((pattern) => pattern !== name)
    const stillIn = groups.some((pattern) => fitsPattern(name, pattern))
    return { ...entered, groups, excludedGroups: stillIn ? [...entered.excludedGroups, name] : entered.excludedGroups }
  }
  const excludedGroups = entered.excludedGroups.filter((pattern) => !fitsPattern(name, pattern))
  const alreadyIn = entered.groups.some((pattern) => fitsPattern(name, pattern))
  return { ...entered, excludedGroups, groups: alreadyIn ? entered.groups : [...entered.groups, name] }
}
