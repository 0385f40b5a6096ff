using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;
using Spa.Engine.Formats;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Stored blocks on the device give the bits of the reader on the host.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed unsafe class DequantiseTests(TestedBackend tested) : DeviceOpTests(tested)
{
    [Test]
    public void Blocks_have_the_bits_of_the_host_reader([Values] StoredBlocks kind, [Values] bool strided)
    {
        const int Rows = 3, Columns = 96;
        (int elements, int bytes) = Enum.Parse<StoredType>(kind.ToString()).Block();
        var stored = new byte[Rows * Columns / elements * bytes + 3];
        new Random(1).NextBytes(stored);
        // Scales that are finite.
        for (int at = 0; at < stored.Length - 3; at += bytes) stored[at + 1] &= 0x3B;
        if (kind == StoredBlocks.Q4_1) for (int at = 0; at < stored.Length - 3; at += bytes) stored[at + 3] &= 0x3B;
        float[] exact = new float[Rows * Columns];
        fixed (byte* from = stored)
        fixed (float* to = exact)
        {
            switch (kind)
            {
                case StoredBlocks.Q8_0: QuantisedBlocks.DecodeQ8_0(from, to, exact.Length / 32); break;
                case StoredBlocks.Q4_0: QuantisedBlocks.DecodeQ4_0(from, to, exact.Length / 32); break;
                case StoredBlocks.Q4_1: QuantisedBlocks.DecodeQ4_1(from, to, exact.Length / 32); break;
                default:
                    for (int i = 0; i < exact.Length; i++)
                    {
                        ushort bits = BitConverter.ToUInt16(stored, 2 * i);
                        exact[i] = kind == StoredBlocks.F16 ? (float)BitConverter.UInt16BitsToHalf(bits) : Bf16.ToSingle(bits);
                    }

                    break;
            }
        }

        float[][] outputs = Run((backend, box) =>
        {
            Tensor blocks = box.Ints([.. Enumerable.Range(0, stored.Length / 4).Select(i => BitConverter.ToInt32(stored, 4 * i))]);
            Tensor wide = strided ? box.Poisoned(Rows, Columns + 5).ColumnRange(1, Columns) : box.Poisoned(Rows, Columns), flat = box.Poisoned(Rows, Columns), narrow = box.Bf16(exact, Rows, Columns);
            ((CudaBackend)backend).Dequantise(wide, blocks.Address, kind);
            ((CudaBackend)backend).Dequantise(narrow, blocks.Address, kind);
            backend.Copy(flat, wide);
            return [flat, narrow];
        });
        Everywhere.AssertSameBits(outputs[0], exact, "float32");
        Everywhere.AssertSameBits(outputs[1], TestData.RoundToBf16(exact), "bfloat16");
    }
}
