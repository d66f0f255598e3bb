export { type Adapter, type AdapterDefinition, defineAdapter, type TensorNames } from './adapter/adapter'
export {
  countField,
  headWidth,
  type LinearStorage,
  sizeField,
  storedLayerNorm,
  storedLinear,
  storedRmsNorm,
} from './adapter/building-blocks'
export { packageOfFamily } from './adapter/families'
export { adapterFor } from './adapter/registry'
export {
  type OuterField,
  type RotaryDefaults,
  type RotarySettings,
  ropeFields,
  rotaryPositions,
  rotarySettings,
} from './adapter/rope-settings'
export { type Checkpoint, openCheckpoint } from './checkpoint/checkpoint'
export { filesSource } from './checkpoint/files'
export { memorySource } from './checkpoint/memory'
export {
  type ByteRange,
  byteSourceOf,
  type CheckpointFile,
  type CheckpointSource,
  readJson,
} from './checkpoint/source'
export {
  type CheckedGeneration,
  checkGeneration,
  type Generated,
  type GenerateOptions,
  generateTokens,
} from './generation/generate'
export { createSampler, type Sampler, type SamplingOptions } from './generation/sampling'
export type { ActivationFunction } from './layers/activation-function'
export { activationFunctions } from './layers/activation-functions'
export { keyValueHeads, weightedValues } from './layers/attention'
export { AttentionContext } from './layers/attention-context'
export type { FiniteDifference } from './layers/derivative'
export { derivativeText, parseDerivative } from './layers/derivative-text'
export { exact, type GradientChoice, gradientRules, type TintOptions, tint } from './layers/gradient-choice'
export type { Derivative, GradientRules } from './layers/gradient-rules'
export { KeyValueCache } from './layers/key-value-cache'
export {
  type Activation,
  type ActivationName,
  type Attention,
  activationNames,
  attentionLayersOf,
  type Layer,
  type Leaf,
  type Linear,
  leavesOf,
  type Norm,
  type Product,
  parametersOf,
  product,
  type Residual,
  residual,
  type Sequence,
  type Sum,
  sequence,
  sum,
} from './layers/layer'
export type { Backwarded, BackwardPass, Forwarded, ForwardPass, LayerMemory } from './layers/pass'
export {
  type AlibiPositions,
  type AttentionPositions,
  alibiSlopes,
  type RotaryPositions,
  type RotaryScaling,
  rotaryFrequencies,
} from './layers/positions'
export { backwardLayer, forwardLayer } from './layers/walk'
export {
  allParameters,
  blockParameters,
  type Embedding,
  frozenParameters,
  type Head,
  type InnerModelDescription,
} from './model/description'
export { embedTokens } from './model/embedding'
export { yieldToEvents } from './model/events'
export {
  type BlockForward,
  type ForwardOptions,
  forwardBlock,
  forwardToHead,
  modelLogits,
} from './model/forward'
export { headRows, logitsOf, projectToHead, projectToHeadBackward } from './model/head'
export { initialiseInnerModel } from './model/initialise'
export type { InnerModel } from './model/inner-model'
export {
  type AttentionMask,
  checkInputs,
  checkTokenMask,
  checkTokens,
  countSequences,
  integerTensor,
  type MaskOptions,
  type ModelInputs,
  type PerPosition,
  type TokenInput,
} from './model/inputs'
export {
  type DescribedModel,
  describeInnerModel,
  type LoadOptions,
  type LoadProgress,
  loadInnerModel,
  readWeights,
} from './model/load'
export { expectedHeadRows, type LossGradient, lossGradientAtHead, lossGradients } from './model/loss-gradient'
export { gatherHeadInputs, predictionLosses } from './model/prediction-losses'
export { type PredictionRows, predictionRows } from './model/prediction-rows'
export { type SequenceScore, scorePredictions, scoreTokens } from './model/score'
export { checkVocabulary, loadTokenizer, type TokenizerOptions } from './tokenizer/load'
export { spelledBytes } from './tokenizer/spelled-bytes'
export type { EncodeOptions, TokenizedText, Tokenizer } from './tokenizer/tokenizer'
export {
  type ChooseUpdateForm,
  cheaperUpdateForm,
  LearnedParameters,
  type UpdateForm,
  type UpdateSizes,
} from './weights/learned'
export type { MatrixValue, OuterProduct, ParameterChange, ParameterValues } from './weights/parameters'
export {
  assembleTensor,
  groupByTensor,
  parameterCount,
  parameterShape,
  parameterSize,
  readParameter,
  sharedShape,
  type TensorPart,
  type WeightReference,
  writeParameter,
} from './weights/reference'
export { WeightTable } from './weights/table'
