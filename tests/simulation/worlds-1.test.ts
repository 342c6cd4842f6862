import { worldsSuite } from './worlds.ts'

worldsSuite(1)
