'use client'
import { useId, useState } from 'react'
import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Icon } from './icon'
import type { IconName } from './icon'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'plain' | 'primary' | 'quiet'
  size?: 'normal' | 'large'
  icon?: IconName
}

export function Button({ look = 'plain', size = 'normal', icon, children, className = '', ...rest }: ButtonProps) {
  const looks = { plain: '', primary: ' pri', quiet: ' quiet' }
  return (
    <button type="button" className={`btn${looks[look]}${size === 'large' ? ' lg' : ''} ${className}`} {...rest}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  )
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName
  label: string
  small?: boolean
  quiet?: boolean
}

/** A button of an icon alone; `label` is its name and its tooltip. */
export function IconButton({ icon, label, small = false, quiet = true, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" className={`btn icon${quiet ? ' quiet' : ''}${small ? ' sm' : ''} ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  )
}

export interface SegmentedProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: ReactNode; title?: string }[]
  onChange: (value: T) => void
}

/** A few exclusive choices side by side. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  return (
    <span className="btns" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className="btn"
          aria-pressed={option.value === value}
          title={option.title}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </span>
  )
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>
}

export interface CopyButtonProps {
  text: string
  /** Given: called when pressed, for what is only known then. */
  textOf?: () => string
  label: string
  done?: string
  look?: 'plain' | 'quiet'
  icon?: IconName
  /** The label is the button's name and tooltip only. */
  iconOnly?: boolean
}

/** Copies and says so in its own place, also to those who can't see it. */
export function CopyButton({ text, textOf, label, done = 'Copied', look = 'plain', icon = 'copy', iconOnly = false }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  const id = useId()
  const copy = () => {
    navigator.clipboard.writeText(textOf?.() ?? text).then(
      () => setState('copied'),
      () => setState('refused'),
    )
    window.setTimeout(() => setState('idle'), 2_000)
  }
  const words = { idle: label, copied: done, refused: 'Copying was refused' }
  return (
    <Button
      look={look}
      icon={state === 'copied' ? 'check' : icon}
      onClick={copy}
      aria-describedby={id}
      className={iconOnly ? 'icon' : ''}
      {...(iconOnly ? { 'aria-label': words[state], title: words[state] } : {})}
    >
      {iconOnly ? null : words[state]}
      <span id={id} className="sr-only" aria-live="polite">
        {state === 'idle' ? '' : words[state]}
      </span>
    </Button>
  )
}
