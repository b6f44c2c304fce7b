/** The OpenAPI document, made from the same schemas that validate (lib/server/contract.ts). */
import { z } from 'zod'
import { problem } from '#lib/model/api'
import { contract, type RouteContract } from './contract'

type Json = Record<string, unknown>

const INGEST_TYPES = ['application/x-ndjson', 'application/json', 'text/plain']

/** OpenAPI 3.1 takes JSON Schema as it is. `input` describes what a caller may send, `output` what comes back. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function parametersOf(route: RouteContract): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(route.query, { io: 'input', unrepresentable: 'any' })
  const inQuery = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }))
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({ name: match[1], in: 'path', required: true, schema: { type: 'string' } }))
  return [...inPath, ...inQuery]
}

function responsesOf(route: RouteContract): Json {
  const type = route.responseType ?? 'application/json'
  const ok = route.response
    ? { description: 'OK', content: { [type]: { schema: schemaOf(route.response, 'output') } } }
    : { description: 'OK', content: { [type]: { schema: { type: 'object' } } } }
  const problems = Object.entries(route.also ?? {}).map(([status, description]) => [status, status === '308' ? { description } : problemOf(description)])
  return { [route.success ?? 200]: ok, ...Object.fromEntries(problems), default: problemOf('A problem (RFC 9457)') }
}

function problemOf(description: string): Json {
  return { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }
}

function bodyOf(route: RouteContract): Json {
  if (route.body) return { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }
  if (route.method !== 'POST' || route.bodyTypes?.length === 0) return {}
  const types = (route.bodyTypes ?? INGEST_TYPES).map((type) => [type, { schema: type === 'application/json' ? {} : { type: 'string' } }])
  return { requestBody: { required: true, content: Object.fromEntries(types) } }
}

/** `transaction` with `/api/v1/transactions/{id}` is `getTransaction`. */
function operationOf(name: string, route: RouteContract): Json {
  const verb = route.method.toLowerCase()
  return {
    operationId: verb + name.charAt(0).toUpperCase() + name.slice(1),
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    parameters: parametersOf(route),
    ...bodyOf(route),
    responses: responsesOf(route),
  }
}

export function openapiDocument(version: string): Json {
  const paths: Record<string, Json> = {}
  for (const [name, route] of Object.entries<RouteContract>(contract)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(name, route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Specter', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: { Problem: schemaOf(problem, 'output') } },
  }
}
