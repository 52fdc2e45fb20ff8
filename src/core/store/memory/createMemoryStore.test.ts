import { describeObjectStore } from '../objectStoreContract.ts'
import { createMemoryStore } from './createMemoryStore.ts'

describeObjectStore('memory', async () => createMemoryStore())
