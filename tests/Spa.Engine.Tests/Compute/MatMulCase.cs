using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>How the right operand is stored.</summary>
internal enum MatMulRight
{
    Float32,
    Bf16,
    Packed,
    PackedBf16,
}

/// <summary>What is added at the end.</summary>
internal enum MatMulResidual
{
    None,
    Separate,
    Output,
}

/// <summary>
/// One product with its data, made from the seed: runs it on a backend between columns that must not change, and computes the two references.
/// </summary>
internal sealed record MatMulCase(int M, int N, int K)
{
    public bool TransposeA { get; init; }

    public bool TransposeB { get; init; }

    /// <summary>The left operand is bfloat16; its data is rounded.</summary>
    public bool LeftBf16 { get; init; }

    public MatMulRight Right { get; init; }

    /// <summary>Output and residual are bfloat16; their data is rounded.</summary>
    public bool OutputBf16 { get; init; }

    public bool Accumulate { get; init; }

    public bool Bias { get; init; }

    public MatMulResidual Residual { get; init; }

    /// <summary>Columns left and right of every operand that has a stride; 0: contiguous.</summary>
    public int Margin { get; init; }

    public int Seed { get; init; } = 1;

    private bool IsPacked => Right is MatMulRight.Packed or MatMulRight.PackedBf16;

    private bool IsBf16 => Right is MatMulRight.Bf16 or MatMulRight.PackedBf16;

    private bool ReadsOutput => Accumulate || Residual == MatMulResidual.Output;

    // op(a)[i, k], op(b)[k, j] and the rest, independent of how they are stored, so that cases of one seed and size can be compared.
    private float[] A => Rounded(Data(M * K, 1), LeftBf16);

    private float[] B => Rounded(Data(K * N, 2), IsBf16);

    private float[] OldOutput => Rounded(Data(M * N, 3), OutputBf16);

    private float[] BiasRow => Data(N, 4);

    private float[] ResidualRows => Rounded(Data(M * N, 5), OutputBf16);

    /// <summary>The output [M, N] of <paramref name="backend"/>; with <paramref name="splitAt"/>, of two calls that share the depth.</summary>
    public float[] Run(ComputeBackend backend, int splitAt = 0)
    {
        using var box = new TensorBox(backend);
        Tensor a = TransposeA ? Place(box, Transposed(A, M, K), K, M, LeftBf16) : Place(box, A, M, K, LeftBf16);
        Tensor b = Store(backend, box);
        Tensor frame = Frame(box, ReadsOutput ? OldOutput : null, M, N, OutputBf16), output = frame.ColumnRange(Margin, N);
        Tensor bias = Bias ? box.Of(BiasRow, 1, N) : default;
        Tensor residual = Residual switch { MatMulResidual.Separate => Place(box, ResidualRows, M, N, OutputBf16), MatMulResidual.Output => output, _ => default };
        if (splitAt == 0)
        {
            backend.MatMul(output, a, b, TransposeA, TransposeB, Accumulate, bias, residual);
        }
        else
        {
            backend.MatMul(output, Depth(a, TransposeA, 0, splitAt), Depth(b, !TransposeB, 0, splitAt), TransposeA, TransposeB, Accumulate);
            backend.MatMul(output, Depth(a, TransposeA, splitAt, K - splitAt), Depth(b, !TransposeB, splitAt, K - splitAt), TransposeA, TransposeB, accumulate: true, bias, residual);
        }
        return Unframe(OutputBf16 ? ReadBf16(backend, frame) : box.Read(frame), N);
    }

    /// <summary>The contract, element by element: one chain of fused multiply-adds over k, then bias, then residual.</summary>
    public float[] Chain()
    {
        float[] a = A, b = B, old = OldOutput, bias = BiasRow, residual = Residual == MatMulResidual.Output ? old : ResidualRows;
        var result = new float[M * N];
        for (int i = 0; i < M; i++)
        {
            for (int j = 0; j < N; j++)
            {
                float sum = Accumulate ? old[i * N + j] : 0;
                for (int k = 0; k < K; k++) sum = MathF.FusedMultiplyAdd(a[i * K + k], b[k * N + j], sum);
                if (Bias) sum += bias[j];
                if (Residual != MatMulResidual.None) sum += residual[i * N + j];
                result[i * N + j] = sum;
            }
        }
        return result;
    }

    /// <summary>The same in float64, and beside it the sum of magnitudes that scales the rounding error.</summary>
    public (double[] Value, double[] Magnitude) Float64()
    {
        float[] a = A, b = B, old = OldOutput, bias = BiasRow, residual = Residual == MatMulResidual.Output ? old : ResidualRows;
        double[] value = new double[M * N], magnitude = new double[M * N];
        for (int i = 0; i < M; i++)
        {
            for (int j = 0; j < N; j++)
            {
                int at = i * N + j;
                Add(Accumulate ? old[at] : 0);
                for (int k = 0; k < K; k++) Add((double)a[i * K + k] * b[k * N + j]);
                if (Bias) Add(bias[j]);
                if (Residual != MatMulResidual.None) Add(residual[at]);

                void Add(double term)
                {
                    value[at] += term;
                    magnitude[at] += Math.Abs(term);
                }
            }
        }
        return (value, magnitude);
    }

    private float[] Data(int count, int stream)
    {
        var random = new Random(Seed * 16 + stream);
        var data = new float[count];
        for (int i = 0; i < count; i++) data[i] = (float)(2 * random.NextDouble() - 1);
        return data;
    }

    private Tensor Store(ComputeBackend backend, TensorBox box)
    {
        float[] data = TransposeB ? Transposed(B, K, N) : B;
        (int rows, int columns) = TransposeB ? (N, K) : (K, N);
        Tensor b = Place(box, data, rows, columns, IsBf16);
        if (!IsPacked) return b;
        Tensor packed = backend.TakePacked(box.Arena((N + 31L) / 32 * 32 * K * 4 + 64), "packed", b);
        backend.PackWeight(packed, b);
        return packed;
    }

    private Tensor Place(TensorBox box, float[] data, int rows, int columns, bool bf16) => Frame(box, data, rows, columns, bf16).ColumnRange(Margin, columns);

    // NaN where no data is given, and in the margins always.
    private Tensor Frame(TensorBox box, float[]? data, int rows, int columns, bool bf16)
    {
        int width = columns + 2 * Margin;
        float[] framed = data is null ? [.. Enumerable.Repeat(float.NaN, rows * width)] : Framed(data, rows, columns, float.NaN);
        return bf16 ? box.Bf16(framed, rows, width) : box.Of(framed, rows, width);
    }

    private static float[] ReadBf16(ComputeBackend backend, Tensor tensor)
    {
        var data = new ushort[tensor.Count];
        backend.Download<ushort>(data, tensor);
        return Array.ConvertAll(data, Bf16.ToSingle);
    }

    private static float[] Rounded(float[] data, bool bf16) => bf16 ? Array.ConvertAll(data, TensorBox.RoundToBf16) : data;

    private float[] Framed(float[] data, int rows, int columns, float margin)
    {
        int stride = columns + 2 * Margin;
        var framed = new float[rows * stride];
        Array.Fill(framed, margin);
        for (int row = 0; row < rows; row++) Array.Copy(data, row * columns, framed, row * stride + Margin, columns);
        return framed;
    }

    private float[] Unframe(float[] framed, int columns)
    {
        var result = new float[M * columns];
        int stride = columns + 2 * Margin;
        for (int i = 0; i < framed.Length; i++)
        {
            int column = i % stride - Margin;
            if (column >= 0 && column < columns) result[i / stride * columns + column] = framed[i];
            else if (!float.IsNaN(framed[i])) Assert.Fail($"{this}: wrote beside the output at row {i / stride}, column {column}");
        }
        return result;
    }

    private static Tensor Depth(Tensor tensor, bool depthIsRows, int start, int count) => depthIsRows ? tensor.RowRange(start, count) : tensor.ColumnRange(start, count);

    private static float[] Transposed(float[] data, int rows, int columns)
    {
        var result = new float[data.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
        }
        return result;
    }
}
