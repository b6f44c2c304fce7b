'use client'
import { useLayoutEffect, useRef } from 'react'
import type { InputHTMLAttributes, RefObject } from 'react'
import { understand } from '#lib/search/conditions'
import { leavesOf, parse } from '#lib/search/grammar'
import { idsInPaste } from '#lib/search/paste'
import type { Diagnostic } from '#lib/search/ast'

interface Piece {
  text: string
  look: 'plain' | 'word' | 'field' | 'not'
  /** Length of the field's name with its colon, coloured apart. */
  nameLength: number
  wrong: string | null
}

/** The text cut into coloured pieces that add up to it, character for character. */
export function piecesOf(text: string): { pieces: Piece[]; diagnostics: Diagnostic[] } {
  if (idsInPaste(text)) return { pieces: [{ text, look: 'plain', nameLength: 0, wrong: null }], diagnostics: [] }
  const { query } = parse(text)
  const { diagnostics } = understand(text)
  // The minus belongs to what it excludes.
  const leaves = leavesOf(query.root).map(({ leaf, negated }) => {
    const { start, end } = leaf.span
    return { isField: leaf.type === 'field', negated, start: negated && text.charAt(start - 1) === '-' ? start - 1 : start, end }
  })
  const cuts = new Set([0, text.length])
  for (const { start, end } of leaves) cuts.add(start).add(end)
  for (const { span } of diagnostics) cuts.add(span.start).add(Math.max(span.end, span.start))
  const places = [...cuts].filter((at) => at <= text.length).sort((a, b) => a - b)
  const pieces = places.slice(0, -1).map((start, i): Piece => {
    const end = places[i + 1] ?? text.length
    const found = leaves.find((leaf) => leaf.start <= start && end <= leaf.end)
    const wrong = diagnostics.find(({ span }) => span.start <= start && end <= span.end)?.message ?? null
    const isField = found?.isField ?? false
    const nameLength = found && isField && found.start === start ? text.slice(start, end).indexOf(':') + 1 : 0
    return { text: text.slice(start, end), look: lookOf(found !== undefined, isField, found?.negated ?? false), nameLength, wrong }
  })
  return { pieces, diagnostics }
}

function lookOf(isLeaf: boolean, isField: boolean, negated: boolean): Piece['look'] {
  if (!isLeaf) return 'plain'
  if (negated) return 'not'
  return isField ? 'field' : 'word'
}

export interface SearchInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value'> {
  value: string
  inputRef: RefObject<HTMLInputElement | null>
}

/** A plain input whose text is drawn by what lies under it: conditions coloured, faults underlined where they are. */
export function SearchInput({ value, inputRef, ...rest }: SearchInputProps) {
  const under = useRef<HTMLDivElement>(null)
  const { pieces } = piecesOf(value)
  const follow = () => {
    if (under.current && inputRef.current) under.current.scrollLeft = inputRef.current.scrollLeft
  }
  useLayoutEffect(follow)
  return (
    <span className="search-input">
      <div ref={under} className="search-under" aria-hidden="true">
        {pieces.map((piece, i) => (
          <span key={i} className={`piece-${piece.look}${piece.wrong ? ' piece-wrong' : ''}`}>
            {piece.nameLength > 0 ? <i>{piece.text.slice(0, piece.nameLength)}</i> : null}
            {piece.text.slice(piece.nameLength)}
          </span>
        ))}
      </div>
      <input ref={inputRef} value={value} onScroll={follow} onSelect={follow} {...rest} />
    </span>
  )
}
