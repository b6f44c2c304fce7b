/** What the command menu offers for what was typed: every word must begin a word of the label, those whose label begins with it first. */
export interface Command {
  id: string
  label: string
  /** Further words that find it. */
  also?: string
  /** Shown at the right: the keys that do the same, or the state. */
  end?: string
}

export function matchCommands<C extends Command>(commands: readonly C[], typed: string): C[] {
  const wanted = wordsOf(typed)
  if (wanted.length === 0) return [...commands]
  const found = commands.filter((command) => {
    const words = wordsOf(`${command.label} ${command.also ?? ''}`)
    return wanted.every((start) => words.some((word) => word.startsWith(start)))
  })
  const begins = (command: C) => Number(command.label.toLowerCase().startsWith(wanted[0] ?? ''))
  return found.toSorted((a, b) => begins(b) - begins(a))
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}
