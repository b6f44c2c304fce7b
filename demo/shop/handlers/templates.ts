const SUBJECTS: Record<string, string> = { de: 'Ihre Bestellung', fr: 'Votre commande', nl: 'Uw bestelling', en: 'Your order' }

/** The confirmation's subject in the customer's language. */
export async function subjectFor(language: string): Promise<string> {
  return SUBJECTS[language] ?? 'Your order'
}
