import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'

import { tables } from './table-client'

export interface Charge {
  chargeId: string
  approved: boolean
}

/** Charges an order's card, once: whoever stores the payment first may call the provider. */
export async function charge(orderId: string, amount: number): Promise<Charge | undefined> {
  try {
    await tables.send(
      new PutCommand({ TableName: 'shop-payments', Item: { orderId, amount, state: 'pending' }, ConditionExpression: 'attribute_not_exists(orderId)' }),
    )
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return undefined
    throw error
  }
  const response = await fetch('https://psp.example/charges', { method: 'POST', body: JSON.stringify({ reference: orderId, amount }) })
  if (!response.ok) throw new Error(`payment provider answered ${response.status}`)
  const result = (await response.json()) as Charge
  await tables.send(
    new UpdateCommand({
      TableName: 'shop-payments',
      Key: { orderId },
      UpdateExpression: 'SET #state = :state, chargeId = :charge',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': result.approved ? 'captured' : 'declined', ':charge': result.chargeId },
    }),
  )
  return result
}
