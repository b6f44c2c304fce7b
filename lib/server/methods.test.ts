import { expect, test } from 'vitest'
import { allowedMethods } from './methods'

test.each([
  ['/api/v1/status', ['GET', 'HEAD', 'OPTIONS']],
  ['/api/v1/ingest', ['POST', 'OPTIONS']],
  ['/api/v1/events/18ea8d69117c38409050937466863e69', ['GET', 'HEAD', 'OPTIONS']],
  ['/api/v1/events/18ea8d69117c38409050937466863e69/causes', ['GET', 'HEAD', 'OPTIONS']],
  ['/api/v1/openapi.json', ['GET', 'HEAD', 'OPTIONS']],
  ['/api/v1/connections/policy', ['POST', 'OPTIONS']],
  ['/v1/traces', ['POST', 'OPTIONS']],
])('%s takes %j', (path, methods) => {
  expect(allowedMethods(path)).toEqual(methods)
})

test.each(['/api/v1', '/api/v1/openapi-json', '/api/v1/events/a/b', '/v2/traces', '/'])('%s is no path of the API', (path) => {
  expect(allowedMethods(path)).toBeNull()
})
