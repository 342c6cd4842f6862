import { operations } from '@holdfast/contract/operations'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { openApiDocument } from '../../../edge/dev/reference/openapi.ts'

const document = JSON.parse(JSON.stringify(openApiDocument()))

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document))
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(validator.version).toBe('3.1')
})

test('it describes every operation once, under its name', () => {
  const Paths = z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() })))
  const ids = Object.values(Paths.parse(document.paths)).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  )
  expect(ids.toSorted()).toEqual(Object.keys(operations).toSorted())
})

test('whatever it refers to is in it', () => {
  const text = JSON.stringify(document)
  for (const [, ref = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = ref.split('/').reduce((part, name) => part?.[name], document)
    expect(found, ref).toBeDefined()
  }
})
