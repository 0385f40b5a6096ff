using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda;

/// <summary>A tile of packed query rows, as <c>common/attention.cuh</c> has it: packed row i is query i / group, head i % group of a key/value head's group.</summary>
/// <param name="Row">First token row of the segment, or of the sequence's rows in this step.</param>
/// <param name="First">First packed row.</param>
/// <param name="Count">Packed rows.</param>
/// <param name="Keys">Logical key positions that the last row sees; 0: rows of no segment.</param>
/// <param name="Source">First row of the prefix; paged: where the sequence's pages begin in the page table.</param>
/// <param name="Prefix">Rows of the prefix; paged: slot of the partial result, or -1.</param>
/// <param name="BlockBegin">First block of keys.</param>
/// <param name="BlockEnd">End of the blocks of keys.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AttentionItem(int Row, int First, int Count, int Keys, int Source, int Prefix, int BlockBegin, int BlockEnd);
