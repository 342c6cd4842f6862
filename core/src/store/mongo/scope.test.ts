import { expectTypeOf, test } from 'vitest'
import type { BoundCollection, Bounds } from './scope.ts'

test('forgetting the session of a statement is a type error', () => {
  type Insert = BoundCollection['insertOne']
  expectTypeOf<{ maxTimeMS: number }>().not.toExtend<Parameters<Insert>[1]>()
  expectTypeOf<Bounds>().toExtend<Parameters<Insert>[1]>()
  expectTypeOf<Insert>().parameter(1).not.toBeNullable()
})
