import type { TopicEvent } from './events'
import { subjectFor } from './templates'

interface Confirmed {
  orderId: string
  customerId: string
}

/** On a confirmed order: mails the customer. */
export async function handler(event: TopicEvent): Promise<void> {
  for (const { Sns } of event.Records) {
    const { orderId, customerId } = JSON.parse(Sns.Message) as Confirmed
    console.log(`order confirmation for ${orderId} (topic message ${Sns.MessageId})`)
    const subject = await subjectFor('de')
    const response = await fetch('https://mail.example/messages', { method: 'POST', body: JSON.stringify({ to: customerId, subject, orderId }) })
    if (!response.ok) throw new Error(`mail provider answered ${response.status}`)
    const { mailId } = (await response.json()) as { mailId: string }
    console.log(`mail ${mailId} accepted for customer ${customerId}, order ${orderId}`)
  }
}
