const LANGUAGES = ['de', 'fr', 'nl', 'en', 'pl', 'it', 'es', 'da', 'cs']

let templates: Map<string, string> | undefined

/** All languages' templates from the content service, kept for the sandbox's life. */
async function loadTemplates(): Promise<Map<string, string>> {
  const loaded = new Map<string, string>()
  for (const language of LANGUAGES) {
    const response = await fetch(`https://content.example/templates/confirmation/${language}`)
    loaded.set(language, ((await response.json()) as { subject: string }).subject)
  }
  return loaded
}

/** The confirmation's subject in the customer's language. */
export async function subjectFor(language: string): Promise<string> {
  templates ??= await loadTemplates()
  return templates.get(language) ?? 'Your order'
}
