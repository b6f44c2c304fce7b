/** What checkout puts into the order queue. */
export interface Order {
  orderId: string
  cartId: string
  customerId: string
  postcode: string
  lines: { sku: string; quantity: number }[]
  /** Whole cents to pay. */
  amount: number
}

/** Amounts carry their currency from now on. */
export const encodeOrder = ({ amount, ...order }: Order): string => JSON.stringify({ ...order, total: { cents: amount, currency: 'EUR' } })

export function decodeOrder(text: string): Order {
  const { total, ...order } = JSON.parse(text) as Order & { total: { cents: number } }
  return { ...order, amount: total.cents }
}
