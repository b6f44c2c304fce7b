/** The tree of a query. */

/** Offsets in UTF-16 code units, end exclusive. */
export interface TextSpan {
  start: number
  end: number
}

export interface Diagnostic {
  span: TextSpan
  message: string
}

export type Comparison = '=' | '>' | '>=' | '<' | '<='

export interface WordNode {
  type: 'word'
  value: string
  /** A quoted value is taken literally: no `*`. */
  quoted: boolean
  raw: string
  span: TextSpan
}
export interface FieldNode {
  type: 'field'
  name: string
  op: Comparison
  value: string
  quoted: boolean
  raw: string
  span: TextSpan
}
export interface NotNode {
  type: 'not'
  mark: string
  part: SearchNode
  span: TextSpan
}
export interface GroupNode {
  type: 'group'
  open: string
  part: SearchNode | null
  close: string
  span: TextSpan
}
/** `joins[i]` is the text between parts i and i+1. */
export interface ListNode {
  type: 'and' | 'or'
  parts: SearchNode[]
  joins: string[]
  span: TextSpan
}
export type Leaf = WordNode | FieldNode
export type SearchNode = Leaf | NotNode | GroupNode | ListNode

export interface SearchQuery {
  lead: string
  root: SearchNode | null
  trail: string
}
