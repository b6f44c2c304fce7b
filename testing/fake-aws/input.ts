/** Reads the members of a request's JSON as the service's model types them. Throws InvalidParameterException as its validation does. */
import { faults } from './fault'

export type Input = Record<string, unknown>

export function textOf(input: Input, name: string): string | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw faults.parameter(`1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must be a string`)
  return value
}

export function requiredText(input: Input, name: string): string {
  const value = textOf(input, name)
  if (value === undefined || value === '')
    throw faults.parameter(`1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`)
  return value
}

export function textsOf(input: Input, name: string): string[] | undefined {
  const value = input[name]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined
}

/** A whole number of ms or items within bounds; the fallback where it isn't given. */
export function numberOf(input: Input, name: string, fallback: number, [low, high]: [number, number]): number {
  const value = input[name]
  if (value === undefined || value === null) return fallback
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
    const which = typeof value === 'number' && value < low ? `greater than or equal to ${low}` : `less than or equal to ${high}`
    throw faults.parameter(`1 validation error detected: Value '${String(value)}' at '${name}' failed to satisfy constraint: Member must have value ${which}`)
  }
  return value
}
