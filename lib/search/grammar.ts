/**
 * The search language: text -> tree, and back without a change.
 *
 *   query  := or                      words and conditions side by side must all hold
 *   or     := and ('OR' and)*
 *   and    := unary (['AND'] unary)*
 *   unary  := ('-' | 'NOT ') unary | '(' or ')' | leaf
 *   leaf   := word | "quoted" | key ':' ['>' | '>=' | '<' | '<='] value      key and value may be quoted
 *
 * Nothing throws: what can't be understood is a diagnostic with its place, and the rest still parses.
 * serialize(parse(x).query) === x for every text, so an edit of one part leaves the rest as it was typed:
 * whatever lies between two nodes (spaces, keywords, stray characters) is kept by the node that holds both.
 */
import type { Diagnostic, GroupNode, Leaf, SearchNode, SearchQuery, TextSpan } from './ast'
import { type LeafToken, tokenize, type Token } from './tokens'

export interface ParseResult {
  query: SearchQuery
  diagnostics: Diagnostic[]
}

/** Deeper nesting is refused: nobody types it, and each level costs stack here and in Postgres. */
export const MAX_DEPTH = 40

/** Parses any text. `parse('coupon:SAVE20 -status:ok')` has an `and` of a field and a negated field. */
export function parse(text: string): ParseResult {
  const { tokens, diagnostics } = tokenize(text)
  const parser = new Parser(text, tokens, diagnostics)
  const root = parser.or(0)
  const query = root ? { lead: text.slice(0, root.span.start), root, trail: text.slice(root.span.end) } : { lead: text, root: null, trail: '' }
  diagnostics.sort((a, b) => a.span.start - b.span.start)
  return { query, diagnostics }
}

/** The text of a query, character for character what was parsed. */
export function serialize(query: SearchQuery): string {
  return query.lead + (query.root ? serializeNode(query.root) : '') + query.trail
}

export function serializeNode(node: SearchNode): string {
  switch (node.type) {
    case 'word':
    case 'field':
      return node.raw
    case 'not':
      return node.mark + serializeNode(node.part)
    case 'group':
      return node.open + (node.part ? serializeNode(node.part) : '') + node.close
    case 'and':
    case 'or':
      return node.parts.map((part, i) => serializeNode(part) + (node.joins[i] ?? '')).join('')
  }
}

/** Every word and condition, with whether an odd number of negations stands before it. */
export function leavesOf(node: SearchNode | null, negated = false): { leaf: Leaf; negated: boolean }[] {
  if (!node) return []
  switch (node.type) {
    case 'word':
    case 'field':
      return [{ leaf: node, negated }]
    case 'not':
      return leavesOf(node.part, !negated)
    case 'group':
      return leavesOf(node.part, negated)
    case 'and':
    case 'or':
      return node.parts.flatMap((part) => leavesOf(part, negated))
  }
}

class Parser {
  private at = 0

  constructor(
    private readonly text: string,
    private readonly tokens: Token[],
    private readonly diagnostics: Diagnostic[],
  ) {}

  private error(token: TextSpan, message: string): void {
    this.diagnostics.push({ span: { start: token.start, end: token.end }, message })
  }

  private get next(): Token | undefined {
    return this.tokens[this.at]
  }

  or(depth: number): SearchNode | null {
    const parts: SearchNode[] = []
    let pending: Token | null = null
    for (;;) {
      const part = this.and(depth)
      if (part) parts.push(part)
      const token = this.next
      const isOr = token?.type === 'or'
      if (!part && (pending || isOr)) this.error(pending ?? token ?? { start: 0, end: 0 }, 'OR needs a condition on both sides')
      if (!isOr) break
      pending = token
      this.at++
    }
    return this.list('or', parts)
  }

  private and(depth: number): SearchNode | null {
    const parts: SearchNode[] = []
    let pending: Token | null = null
    for (let token = this.next; token; token = this.next) {
      if (token.type === 'or' || (token.type === 'close' && depth > 0)) break
      if (token.type === 'close') {
        this.error(token, 'This ) closes nothing')
        this.at++
      } else if (token.type === 'and') {
        if (parts.length === 0 || pending) this.error(token, 'AND needs a condition on both sides')
        pending = token
        this.at++
      } else {
        const part = this.unary(depth)
        if (part) parts.push(part)
        pending = null
      }
    }
    if (pending) this.error(pending, 'AND needs a condition on both sides')
    return this.list('and', parts)
  }

  private list(type: 'and' | 'or', parts: SearchNode[]): SearchNode | null {
    const first = parts[0]
    const last = parts.at(-1)
    if (!first || !last || parts.length === 1) return first ?? null
    const joins = parts.slice(1).map((part, i) => this.text.slice(parts[i]?.span.end, part.span.start))
    return { type, parts, joins, span: { start: first.span.start, end: last.span.end } }
  }

  /** One condition; null where the token was skipped with a diagnostic. Always consumes at least one token. */
  private unary(depth: number): SearchNode | null {
    const token = this.next
    if (!token) return null
    this.at++
    if (token.type === 'leaf') return leafNode(token, this.text)
    if (depth >= MAX_DEPTH) {
      this.error(token, `More than ${MAX_DEPTH} levels of parentheses or negations`)
      return null
    }
    if (token.type === 'open') return this.group(token, depth)
    const following = this.next
    if (!following || (following.type !== 'leaf' && following.type !== 'open' && following.type !== 'not')) {
      this.error(token, 'Nothing follows that could be excluded')
      return null
    }
    const part = this.unary(depth + 1)
    if (!part) return null
    return { type: 'not', mark: this.text.slice(token.start, part.span.start), part, span: { start: token.start, end: part.span.end } }
  }

  private group(open: Token, depth: number): GroupNode {
    const part = this.or(depth + 1)
    const close = this.next
    let end = part?.span.end ?? open.end
    if (close?.type === 'close') {
      this.at++
      end = close.end
    } else this.error(open, 'This ( is never closed')
    const span = { start: open.start, end }
    if (!part) {
      this.error(span, 'Nothing stands between these parentheses')
      return { type: 'group', open: this.text.slice(open.start, end), part: null, close: '', span }
    }
    return { type: 'group', open: this.text.slice(open.start, part.span.start), part, close: this.text.slice(part.span.end, end), span }
  }
}

function leafNode(token: LeafToken, text: string): Leaf {
  const raw = text.slice(token.start, token.end)
  const span = { start: token.start, end: token.end }
  if (token.name === null) return { type: 'word', value: token.value, quoted: token.quoted, raw, span }
  return { type: 'field', name: token.name, op: token.op, value: token.value, quoted: token.quoted, raw, span }
}
