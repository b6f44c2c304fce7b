import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'

import { tables } from './table-client'

export interface Charge {
  chargeId: string
  approved: boolean
}

/** Charges an order's card and stores the payment when the provider has answered. */
export async function charge(orderId: string, amount: number): Promise<Charge | undefined> {
  const { Item } = await tables.send(new GetCommand({ TableName: 'shop-payments', Key: { orderId } }))
  if (Item?.state === 'declined') return undefined
  const response = await fetch('https://psp.example/charges', { method: 'POST', body: JSON.stringify({ reference: orderId, amount }) })
  if (!response.ok) throw new Error(`payment provider answered ${response.status}`)
  const result = (await response.json()) as Charge
  const state = result.approved ? 'captured' : 'declined'
  await tables.send(new PutCommand({ TableName: 'shop-payments', Item: { orderId, amount, state, chargeId: result.chargeId } }))
  return result
}
