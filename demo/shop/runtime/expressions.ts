/**
 * DynamoDB's condition and update expressions, as far as the shop's handlers use them: comparisons, AND, OR, NOT,
 * parentheses, attribute_exists, attribute_not_exists; SET with + and -, if_not_exists, ADD of numbers, REMOVE.
 * Anything else throws, so that a handler can't rely on what isn't here.
 */
export interface AttributeValue {
  S?: string
  N?: string
  BOOL?: boolean
  NULL?: boolean
  L?: AttributeValue[]
  M?: Record<string, AttributeValue>
}

export type Item = Record<string, AttributeValue>

export interface Names {
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: Record<string, AttributeValue>
}

const SYMBOL = /\s*(<>|<=|>=|[()=<>+,-]|[#:]?[A-Za-z_][A-Za-z0-9_.]*)/y

class Reader {
  private symbols: string[] = []
  private at = 0

  constructor(
    text: string,
    private readonly names: Names,
  ) {
    SYMBOL.lastIndex = 0
    while (SYMBOL.lastIndex < text.trimEnd().length) {
      const match = SYMBOL.exec(text)
      if (match?.[1] === undefined) throw new Error(`Invalid expression: ${text}`)
      this.symbols.push(match[1])
    }
  }

  peek(): string | undefined {
    return this.symbols[this.at]
  }

  next(): string {
    const symbol = this.symbols[this.at++]
    if (symbol === undefined) throw new Error('Invalid expression: it ends too early')
    return symbol
  }

  take(symbol: string): boolean {
    if (this.peek()?.toUpperCase() !== symbol) return false
    this.at += 1
    return true
  }

  expect(symbol: string): void {
    if (!this.take(symbol)) throw new Error(`Invalid expression: ${symbol} expected, ${this.peek() ?? 'its end'} found`)
  }

  path(): string {
    const symbol = this.next()
    if (!symbol.startsWith('#')) return symbol
    const name = this.names.ExpressionAttributeNames?.[symbol]
    if (name === undefined) throw new Error(`Invalid expression: ${symbol} has no name`)
    return name
  }

  operand(item: Item): AttributeValue | undefined {
    if (this.take('IF_NOT_EXISTS')) {
      this.expect('(')
      const found = item[this.path()]
      this.expect(',')
      const otherwise = this.operand(item)
      this.expect(')')
      return found ?? otherwise
    }
    const symbol = this.peek()
    if (!symbol?.startsWith(':')) return item[this.path()]
    this.next()
    const value = this.names.ExpressionAttributeValues?.[symbol]
    if (value === undefined) throw new Error(`Invalid expression: ${symbol} has no value`)
    return value
  }
}

function order(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.N !== undefined && right.N !== undefined) return Number(left.N) - Number(right.N)
  if (left.S !== undefined && right.S !== undefined) {
    if (left.S === right.S) return 0
    return left.S < right.S ? -1 : 1
  }
  if (left.BOOL !== undefined && right.BOOL !== undefined) return left.BOOL === right.BOOL ? 0 : 1
  return undefined
}

function compare(left: AttributeValue | undefined, operator: string, right: AttributeValue | undefined): boolean {
  if (!['=', '<>', '<', '<=', '>', '>='].includes(operator)) throw new Error(`Invalid expression: no operator ${operator}`)
  const difference = left === undefined || right === undefined ? undefined : order(left, right)
  if (operator === '<>') return difference !== 0
  if (difference === undefined) return false
  if (operator === '=') return difference === 0
  if (operator === '<') return difference < 0
  if (operator === '<=') return difference <= 0
  if (operator === '>') return difference > 0
  return difference >= 0
}

function term(reader: Reader, item: Item): boolean {
  if (reader.take('NOT')) return !term(reader, item)
  if (reader.take('(')) {
    const value = either(reader, item)
    reader.expect(')')
    return value
  }
  for (const [name, wanted] of [
    ['ATTRIBUTE_EXISTS', true],
    ['ATTRIBUTE_NOT_EXISTS', false],
  ] as const) {
    if (!reader.take(name)) continue
    reader.expect('(')
    const present = item[reader.path()] !== undefined
    reader.expect(')')
    return present === wanted
  }
  const left = reader.operand(item)
  return compare(left, reader.next(), reader.operand(item))
}

function both(reader: Reader, item: Item): boolean {
  let value = term(reader, item)
  while (reader.take('AND')) value = term(reader, item) && value
  return value
}

function either(reader: Reader, item: Item): boolean {
  let value = both(reader, item)
  while (reader.take('OR')) value = both(reader, item) || value
  return value
}

/** Whether `item` (absent: no attributes) fulfils the condition; no condition is fulfilled. */
export function meets(item: Item | undefined, condition: string | undefined, names: Names): boolean {
  return condition === undefined || either(new Reader(condition, names), item ?? {})
}

const numberOf = (value: AttributeValue | undefined): number => Number(value?.N ?? '0')

/** The item after an update expression. */
export function updated(item: Item, expression: string, names: Names): Item {
  const reader = new Reader(expression, names)
  const out: Item = { ...item }
  let clause = ''
  while (reader.peek() !== undefined) {
    const word = reader.peek()?.toUpperCase() ?? ''
    if (['SET', 'ADD', 'REMOVE'].includes(word)) {
      clause = word
      reader.next()
    } else reader.expect(',')
    const path = reader.path()
    if (clause === 'REMOVE') {
      delete out[path]
      continue
    }
    if (clause === 'ADD') {
      out[path] = { N: String(numberOf(item[path]) + numberOf(reader.operand(item))) }
      continue
    }
    reader.expect('=')
    let value = reader.operand(item)
    if (reader.take('+')) value = { N: String(numberOf(value) + numberOf(reader.operand(item))) }
    else if (reader.take('-')) value = { N: String(numberOf(value) - numberOf(reader.operand(item))) }
    if (value === undefined) throw new Error(`Invalid update: no value for ${path}`)
    out[path] = value
  }
  return out
}
