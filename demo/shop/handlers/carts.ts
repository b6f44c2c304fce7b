import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'

import { tables } from './table-client'

export interface CartLine {
  sku: string
  quantity: number
  price: number
}

export interface Cart {
  cartId: string
  customerId: string
  lines: CartLine[]
  /** Whole cents, before any discount. */
  amount: number
  /** What a coupon takes off. */
  discount: number
}

export async function loadCart(cartId: string): Promise<Cart | undefined> {
  const { Item } = await tables.send(new GetCommand({ TableName: 'shop-carts', Key: { cartId } }))
  return Item as Cart | undefined
}

export async function saveCart(cart: Cart): Promise<void> {
  await tables.send(new PutCommand({ TableName: 'shop-carts', Item: cart }))
}

export async function priceOf(sku: string): Promise<number> {
  const { Item } = await tables.send(new GetCommand({ TableName: 'shop-catalog', Key: { sku } }))
  if (Item === undefined) throw new Error(`unknown article ${sku}`)
  return Number(Item.price)
}
