'use client'
import { useId, useRef } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'

export interface PopoverProps {
  /** What the button shows, and its name where that is an icon alone. */
  trigger: ReactNode
  label: string
  className?: string
  align?: 'start' | 'end'
  width?: number
  /** menu: arrows walk its options. dialog: a form. */
  role?: 'menu' | 'dialog'
  title?: string
  disabled?: boolean
  onOpen?: () => void
  children: (close: () => void) => ReactNode
}

const FOCUSABLE = 'button:not(:disabled), a[href], input:not(:disabled), select, textarea'

/** A button and what floats under it, on the browser's own popover: top layer, Esc and a click outside close it, focus returns. */
export function Popover({ trigger, label, className = 'btn', align = 'start', width, role = 'menu', title, disabled, onOpen, children }: PopoverProps) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const close = () => document.getElementById(id)?.hidePopover()
  const place = (open: boolean) => {
    button.current?.setAttribute('aria-expanded', String(open))
    if (open && button.current && panel.current) {
      placeUnder(panel.current, button.current.getBoundingClientRect(), align)
      onOpen?.()
    }
  }
  const focusFirst = (open: boolean) => {
    if (open) (panel.current?.querySelector<HTMLElement>('[data-autofocus]') ?? panel.current?.querySelector<HTMLElement>(FOCUSABLE))?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        popoverTarget={id}
        aria-haspopup={role}
        aria-expanded="false"
        aria-label={label || undefined}
        title={title}
        disabled={disabled}
      >
        {trigger}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role={role}
        aria-label={label || title}
        className="pop"
        style={width ? { width } : undefined}
        onBeforeToggle={(event) => place(event.newState === 'open')}
        onToggle={(event) => focusFirst(event.newState === 'open')}
        onKeyDown={role === 'menu' ? (event) => walk(event, panel.current) : undefined}
      >
        {children(close)}
      </div>
    </>
  )
}

function placeUnder(panel: HTMLElement, anchor: DOMRect, align: 'start' | 'end'): void {
  const gap = 6
  const margin = 8
  panel.style.top = `${anchor.bottom + gap}px`
  panel.style.maxHeight = `${Math.max(160, window.innerHeight - anchor.bottom - gap - margin)}px`
  panel.style.maxWidth = `${window.innerWidth - 2 * margin}px`
  if (align === 'end' || anchor.left > window.innerWidth * 0.6) {
    panel.style.left = 'auto'
    panel.style.right = `${Math.max(margin, document.documentElement.clientWidth - anchor.right)}px`
    return
  }
  panel.style.right = 'auto'
  panel.style.left = `${Math.max(margin, anchor.left)}px`
}

function walk(event: KeyboardEvent, panel: HTMLElement | null): void {
  if (!panel || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return
  const options = [...panel.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)')]
  if (options.length === 0) return
  event.preventDefault()
  const at = options.findIndex((option) => option === document.activeElement)
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? options.length - 1 : at - 1, Home: 0, End: options.length - 1 }[event.key] ?? 0
  options[(next + options.length) % options.length]?.focus()
}

export interface MenuItemProps {
  onSelect: () => void
  /** Given: a choice among others. */
  checked?: boolean
  end?: ReactNode
  disabled?: boolean
  children: ReactNode
}

export function MenuItem({ onSelect, checked, end, disabled, children }: MenuItemProps) {
  const role = checked === undefined ? 'menuitem' : 'menuitemradio'
  return (
    <button type="button" role={role} aria-checked={checked} className={`opt${checked ? ' on' : ''}`} disabled={disabled} onClick={onSelect} tabIndex={-1}>
      {children}
      {end === undefined ? null : <span className="end">{end}</span>}
    </button>
  )
}
