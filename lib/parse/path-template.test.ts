import { describe, expect, it } from 'vitest'
import { pathTemplate } from './path-template'

describe('pathTemplate', () => {
  it.each([
    ['https://api.example/orders/8f067f86-1dbf-418b-a751-11e1af44c51d/items?x=1', undefined, '/orders/{id}/items'],
    ['https://538uury0ga.execute-api.eu-west-1.amazonaws.com/dev/api/articles/8c90798198-vvwthh/comments', 'dev', '/api/articles/{id}/comments'],
    ['https://v7b3k9e0da.execute-api.eu-central-1.amazonaws.com/prod/checkout', 'prod', '/checkout'],
    ['https://api.example/prod/checkout', 'prod', '/prod/checkout'],
    ['https://api.example', undefined, '/'],
    ['https://api.example/', undefined, '/'],
    ['/v2/users/42/orders/ord_18b7048fbadd#top', undefined, '/v2/users/{id}/orders/{id}'],
    ['https://api.example/v1.2/oauth2/token/coupons/SAVE20', undefined, '/v1.2/oauth2/token/coupons/SAVE20'],
    ['https://api.example/users/jane@example.com/page-12', undefined, '/users/{id}/page-12'],
  ])('%s at stage %s is %s', (url, stage, expected) => expect(pathTemplate(url, stage)).toBe(expected))
})
