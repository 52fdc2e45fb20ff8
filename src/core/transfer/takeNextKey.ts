import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Upload } from '../catalog/records.ts'
import { foldKey, splitKey, suffixKey } from '../shots/suffixKey.ts'

/** Of so many numbers the lowest that is free is taken. Beyond, one that is free is found in a few steps. */
const TRIED_IN_ORDER = 16

/**
 * The same name with the next number that no other upload of ours has: `name-2.ext`. A template without folders may give
 * one name to all files of a shoot, so beyond a few the numbers are not tried one by one: a number that was given back may
 * then be left out.
 */
export function takeNextKey(upload: Upload, uploads: CatalogUploads): Upload {
  const keyOf = (number: number) => suffixKey(upload.baseKey, number)
  const isFree = (number: number) => uploads.isKeyFree(upload, keyOf(number), foldKey(keyOf(number)))
  const number = nextInOrder(upload, isFree) ?? ownNumber(upload, uploads, isFree) ?? nextInSteps(upload, isFree)
  const key = keyOf(number)
  uploads.giveKey(upload, key, foldKey(key))
  return uploads.setKey(upload, { key, keyNumber: number, replaces: null })
}

function nextInOrder({ keyNumber }: Upload, isFree: (number: number) => boolean): number | null {
  for (let number = keyNumber + 1; number <= keyNumber + TRIED_IN_ORDER; number += 1) if (isFree(number)) return number
  return null
}

/** That of an earlier version of the file: links lead there. */
function ownNumber(upload: Upload, uploads: CatalogUploads, isFree: (number: number) => boolean): number | null {
  const { stem, extension } = splitKey(upload.baseKey)
  const own = uploads.proofs.keysOfFrame(upload, `${stem}-`).flatMap((key) => {
    const number = Number(key.slice(stem.length + 1, key.length - extension.length))
    const isNumbered = Number.isSafeInteger(number) && number > upload.keyNumber && number >= 2
    return isNumbered && suffixKey(upload.baseKey, number) === key && isFree(number) ? [number] : []
  })
  return own.length === 0 ? null : Math.min(...own)
}

/** A number that is free behind one that is taken: ever longer steps lead beyond, and halves of the last one back. */
function nextInSteps({ keyNumber }: Upload, isFree: (number: number) => boolean): number {
  let taken = keyNumber + TRIED_IN_ORDER
  let step = 1
  for (; !isFree(taken + step); step *= 2) taken += step
  let free = taken + step
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2)
    if (isFree(middle)) free = middle
    else taken = middle
  }
  return free
}
