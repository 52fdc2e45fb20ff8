const COMPANY =
  /[\s,]+(corporation|corp\.?|company|co\.?|ltd\.?|inc\.?|gmbh|ag|camera|imaging|optical|electronics|techwin)(?=[\s,]|$)/gi

/** `NIKON CORPORATION` and `NIKON D90` are one camera: `NIKON D90`. */
export function nameCamera(make: string | null, model: string | null): string | null {
  const maker = make?.replace(COMPANY, '').trim() ?? ''
  if (model === null) return maker || null
  const [brand = ''] = maker.split(' ')
  // What is left of "JK Imaging, Ltd." is no brand; such makers put the one they sell under into the model.
  if (brand.length < 3) return model
  return model.toLowerCase().startsWith(brand.toLowerCase()) ? model : `${maker} ${model}`
}
