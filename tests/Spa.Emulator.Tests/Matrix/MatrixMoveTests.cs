using Spa.Emulator.Warp.Matrix;

namespace Spa.Emulator.Tests.Matrix;

[TestFixture]
public sealed unsafe class MatrixMoveTests
{
    /// <summary>Rows of 8 16-bit values, scattered: matrix m, row r, column c holds 64 m + 8 r + c.</summary>
    private static void Fill(ushort* rows, byte** addresses, int count)
    {
        for (int row = 0; row < 8 * count; row++)
        {
            addresses[row] = (byte*)(rows + (row * 5 % (8 * count)) * 8);
            for (int column = 0; column < 8; column++) ((ushort*)addresses[row])[column] = (ushort)(row * 8 + column);
        }
    }

    [Test]
    public void LdMatrix_gives_lane_i_the_elements_of_the_ISA([Values(1, 2, 4)] int count, [Values] bool transpose)
    {
        ushort* rows = stackalloc ushort[256];
        byte** addresses = stackalloc byte*[32];
        Fill(rows, addresses, count);
        using WarpRegisters d = new(count);
        MatrixOps.LdMatrix(d.Pointers, addresses, count, transpose);
        for (int matrix = 0; matrix < count; matrix++)
        {
            for (int lane = 0; lane < 32; lane++)
            {
                for (int half = 0; half < 2; half++)
                {
                    int major = lane / 4, minor = lane % 4 * 2 + half;
                    int expected = matrix * 64 + (transpose ? minor * 8 + major : major * 8 + minor);
                    Assert.That(d[matrix][lane] >> (16 * half) & 0xFFFF, Is.EqualTo(expected), $"matrix {matrix}, lane {lane}, half {half}");
                }
            }
        }
    }

    [Test]
    public void StMatrix_is_the_inverse_of_LdMatrix([Values(1, 2, 4)] int count, [Values] bool transpose)
    {
        ushort* rows = stackalloc ushort[256];
        ushort* copy = stackalloc ushort[256];
        byte** addresses = stackalloc byte*[32];
        Fill(rows, addresses, count);
        using WarpRegisters d = new(count);
        MatrixOps.LdMatrix(d.Pointers, addresses, count, transpose);
        for (int row = 0; row < 8 * count; row++) addresses[row] = (byte*)(copy + (row * 5 % (8 * count)) * 8);
        MatrixOps.StMatrix(addresses, d.Pointers, count, transpose);
        Assert.That(new Span<ushort>(copy, 64 * count).SequenceEqual(new Span<ushort>(rows, 64 * count)));
    }

    [Test]
    public void MovMatrix_transposes_in_place()
    {
        ushort* rows = stackalloc ushort[64];
        byte** addresses = stackalloc byte*[8];
        Fill(rows, addresses, 1);
        using WarpRegisters d = new(1), transposed = new(1);
        MatrixOps.LdMatrix(d.Pointers, addresses, 1, transpose: false);
        MatrixOps.LdMatrix(transposed.Pointers, addresses, 1, transpose: true);
        MatrixOps.MovMatrix(d.Pointers[0], d.Pointers[0]);
        Assert.That(d[0].SequenceEqual(transposed[0]));
    }

    [Test, Explicit("a measurement")]
    public void Speed([Values] bool transpose)
    {
        ushort* rows = stackalloc ushort[256];
        byte** addresses = stackalloc byte*[32];
        Fill(rows, addresses, 4);
        using WarpRegisters d = new(4);
        double best = double.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            for (int i = 0; i < 100_000; i++) MatrixOps.LdMatrix(d.Pointers, addresses, 4, transpose);
            best = Math.Min(best, System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        TestContext.Out.WriteLine($"{best * 1e9 / 100_000:F1} ns per ldmatrix.x4");
    }
}
