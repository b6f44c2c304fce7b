'use client'
import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useRouter } from 'next/navigation'
import { formatCount, formatShort } from '#lib/base/format'
import { useSuggestions } from '#lib/hooks/suggest'
import type { Suggestion } from '#lib/hooks/suggest'
import { applyCompletion } from '#lib/search/complete'
import type { Completion } from '#lib/search/complete'
import { understand } from '#lib/search/conditions'
import { idsInPaste } from '#lib/search/paste'
import { useHref, useIsPage, useView } from '#lib/hooks/view'
import { Icon } from '#components/ui/icon'
import { Kbd } from '#components/ui/controls'
import { OutcomeMark } from '#components/ui/outcome'
import { SearchInput } from './search-input'

/** The one search box, on every page. Enter shows the transactions; with Shift the map of what was found. */
export function SearchBar() {
  const [view] = useView()
  // A new search in the URL, from wherever, becomes the text; what is being typed belongs to the box alone.
  return <SearchBox key={view.q} initial={view.q} />
}

function SearchBox({ initial }: { initial: string }) {
  const input = useRef<HTMLInputElement>(null)
  const listId = useId()
  const faultId = useId()
  const router = useRouter()
  const href = useHref()
  const onMap = useIsPage('/')
  const [text, setText] = useState(initial)
  const [caret, setCaret] = useState(initial.length)
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(-1)
  const pasted = idsInPaste(text)
  const { completion, items, loading } = useSuggestions(text, caret, open && pasted === null)
  const fault = understand(text).diagnostics[0]
  const shown = open && pasted === null && (items.length > 0 || loading)
  useFocusKey(input)

  const submit = (toMap: boolean) => {
    setOpen(false)
    // What can't be asked is not asked: the fault is underlined, and the results of before stay.
    if (fault) return
    input.current?.blur()
    const q = text.trim()
    if (q === '' && onMap) router.push(href('/', { q }))
    else router.push(href(toMap ? '/' : '/search', { q }))
  }
  const complete = (item: Suggestion) => {
    const next = applyCompletion(text, completion, item.choice)
    const at = next.caret
    setText(next.text)
    setCaret(at)
    setChosen(-1)
    // The caret can only be placed after React wrote the new text.
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const item = chosen >= 0 ? items[chosen] : undefined
    if (event.key === 'Escape') {
      if (shown) setOpen(false)
      else input.current?.blur()
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true)
      if (items.length > 0) setChosen((at) => wrap(at + (event.key === 'ArrowDown' ? 1 : -1), items.length))
    } else if (event.key === 'Tab' && shown && items.length > 0 && !event.shiftKey) {
      complete(item ?? (items[0] as Suggestion))
    } else if (event.key === 'Enter' && item && shown) {
      complete(item)
    } else if (event.key === 'Enter') {
      submit(event.shiftKey)
    } else return
    event.preventDefault()
  }

  return (
    <div className="find-place grow relative">
      <div className="find" role="search">
        <Icon name="search" />
        <SearchInput
          inputRef={input}
          value={text}
          placeholder="Search services, ids, coupon:SAVE20, or paste a log line"
          aria-label="Search"
          role="combobox"
          aria-expanded={shown}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={shown && chosen >= 0 ? `${listId}-${chosen}` : undefined}
          aria-invalid={fault !== undefined}
          aria-describedby={fault ? faultId : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          onChange={(event) => {
            setText(event.target.value)
            setCaret(event.target.selectionStart ?? event.target.value.length)
            setOpen(true)
            setChosen(-1)
          }}
          onClick={(event) => {
            setCaret(event.currentTarget.selectionStart ?? 0)
            setOpen(true)
          }}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        {text === '' ? (
          <span className="only-l">
            <Kbd>/</Kbd>
          </span>
        ) : (
          <button
            type="button"
            className="btn quiet icon sm flex-none"
            aria-label="Clear the search"
            title="Clear the search"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              setText('')
              setCaret(0)
              input.current?.focus()
            }}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      {fault && !shown ? (
        <p id={faultId} className="fault" role="status">
          {fault.message}
        </p>
      ) : null}
      {pasted && open ? (
        <p className="fault !text-ink-2" role="status">
          A pasted line: Enter looks for {pasted.length === 1 ? 'the id' : `${pasted.length} ids`} in it
        </p>
      ) : null}
      <SuggestionList id={listId} items={items} shown={shown} loading={loading} chosen={chosen} completion={completion} onPick={complete} />
    </div>
  )
}

interface SuggestionListProps {
  id: string
  items: Suggestion[]
  shown: boolean
  loading: boolean
  chosen: number
  completion: Completion
  onPick: (item: Suggestion) => void
}

function SuggestionList({ id, items, shown, loading, chosen, completion, onPick }: SuggestionListProps) {
  return (
    <div className="pop suggest" hidden={!shown}>
      <h3 id={`${id}-head`}>{items.length === 0 && loading ? 'Looking…' : completion.kind === 'field' ? 'Fields' : `Values of ${completion.field}`}</h3>
      <ul id={id} role="listbox" aria-labelledby={`${id}-head`}>
        {items.map((item, i) => (
          <li
            key={item.choice}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === chosen}
            className="opt"
            // Pressing must not take the focus from the box.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(item)}
          >
            <SuggestionText item={item} completion={completion} />
          </li>
        ))}
      </ul>
      <p className="suggest-keys">
        <Kbd>↑</Kbd> <Kbd>↓</Kbd> choose <Kbd>Tab</Kbd> complete <Kbd>Enter</Kbd> search <Kbd>Shift Enter</Kbd> on the map <Kbd>-</Kbd> exclude
      </p>
    </div>
  )
}

const STATUS_MARKS = { error: 'failed', ok: 'ok', unknown: 'unknown', running: 'unknown' } as const

function SuggestionText({ item, completion }: { item: Suggestion; completion: Completion }) {
  const text = item.choice
  const { prefix } = completion
  const matched = text.toLowerCase().startsWith(prefix.toLowerCase()) ? prefix.length : 0
  const isStatus = completion.kind === 'value' && completion.field === 'status' && text in STATUS_MARKS
  return (
    <>
      {isStatus ? <OutcomeMark outcome={STATUS_MARKS[text as keyof typeof STATUS_MARKS]} /> : null}
      <span className="mono cut flex-none max-w-[70%]" title={text}>
        <span className="text-accent">{text.slice(0, matched)}</span>
        {text.slice(matched)}
      </span>
      {item.about ? (
        <span className="cut text-ink-3" title={item.about}>
          {item.about}
        </span>
      ) : null}
      <span className="end" title={item.count === null ? undefined : `${formatCount(item.count)} events`}>
        {countText(item)}
      </span>
    </>
  )
}

function countText({ count, distinct }: Suggestion): string {
  if (distinct) return `${formatShort(distinct)} ${distinct === 1 ? 'value' : 'values'}`
  return count === null ? '' : formatShort(count)
}

function wrap(at: number, length: number): number {
  return (at + length) % length
}

function useFocusKey(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const focus = () => {
      input.current?.focus()
      input.current?.select()
    }
    window.addEventListener('specter.search', focus)
    return () => window.removeEventListener('specter.search', focus)
  }, [input])
}
