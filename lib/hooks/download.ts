'use client'
/** Hands text to the browser as a file. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Revoked after the browser has taken it.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** One JSON value a line. */
export const toNdjson = (items: readonly unknown[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('')
