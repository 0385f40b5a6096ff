using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda;

/// <summary>A token whose keys are split between blocks, as <c>attention_combine.cu</c> has it.</summary>
/// <param name="Row">Its row in the step.</param>
/// <param name="Count">Packed rows.</param>
/// <param name="Slot">First partial result.</param>
/// <param name="Chunks">Partial results.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AttentionSplit(int Row, int Count, int Slot, int Chunks);
