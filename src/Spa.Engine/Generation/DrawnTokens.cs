using System.Runtime.InteropServices;
using Spa.Engine.Compute;

namespace Spa.Engine.Generation;

/// <summary>What a step draws, on the device and on the host: for R rows ids, their log-probs and, if wanted, n alternatives each. One piece of memory, so that the host waits for the device once a step.</summary>
internal sealed class DrawnTokens
{
    private readonly Tensor _device;
    private readonly int[] _host;
    private readonly int _alternatives;

    /// <param name="rows">Most rows of a step.</param>
    /// <param name="alternatives">n; 0: none.</param>
    /// <param name="arena">Where the memory comes from.</param>
    public DrawnTokens(int rows, int alternatives, Arena arena)
    {
        _alternatives = alternatives;
        _device = arena.Take("drawn", DType.Int32, checked(rows * (2 + 2 * alternatives)), 1);
        _host = new int[_device.Count];
    }

    /// <summary>[R, 1] int32.</summary>
    public Tensor Ids(int rows) => Part(0, DType.Int32, rows, 1);

    /// <summary>[R, 1].</summary>
    public Tensor Logps(int rows) => Part(rows, DType.Float32, rows, 1);

    /// <summary>[R, n] int32; absent without alternatives.</summary>
    public Tensor TopIds(int rows) => _alternatives == 0 ? default : Part(2 * rows, DType.Int32, rows, _alternatives);

    /// <summary>[R, n].</summary>
    public Tensor TopLogps(int rows) => Part((2 + _alternatives) * rows, DType.Float32, rows, _alternatives);

    /// <summary>Waits for a step of so many rows; then its results can be read.</summary>
    public void Download(ComputeBackend backend, int rows)
    {
        int words = rows * (2 + 2 * _alternatives);
        backend.Download(_host.AsSpan(0, words), _device.RowRange(0, words));
        Rows = rows;
    }

    /// <summary>Rows that were downloaded.</summary>
    public int Rows { get; private set; }

    public int Id(int row) => _host[row];

    public float Logp(int row) => BitConverter.Int32BitsToSingle(_host[Rows + row]);

    /// <summary>The alternatives of a row, most probable first.</summary>
    public TokenAlternative[] Alternatives(int row)
    {
        int n = _alternatives;
        ReadOnlySpan<int> ids = _host.AsSpan(2 * Rows + row * n, n);
        ReadOnlySpan<float> logps = MemoryMarshal.Cast<int, float>(_host.AsSpan((2 + n) * Rows + row * n, n));
        var result = new TokenAlternative[n];
        for (int i = 0; i < n; i++) result[i] = new TokenAlternative(ids[i], logps[i]);
        return result;
    }

    private Tensor Part(int first, DType type, int rows, int columns) => new(_device.Address + first * sizeof(int), type, rows, columns);
}
