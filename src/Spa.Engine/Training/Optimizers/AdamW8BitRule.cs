using Spa.Engine.Compute;

namespace Spa.Engine.Training.Optimizers;

/// <summary>AdamW with moments in 8 bits: 2 bytes for each weight and 8 for each 256.</summary>
internal sealed class AdamW8BitRule(ParameterRange[] ranges) : IUpdateRule
{
    // Codes are bytes in int32 tensors.
    private const int CodesPerWord = 4;

    private Tensor _firstCodes, _secondCodes, _firstScales, _secondScales;

    public IEnumerable<OptimizerState> States =>
        [new("first_moment_codes", _firstCodes), new("second_moment_codes", _secondCodes), new("first_moment_scales", _firstScales), new("second_moment_scales", _secondScales)];

    public void Lay(Arena arena)
    {
        long words = ParameterRange.Length(ranges) / CodesPerWord, blocks = ranges.Sum(range => Blocks(range.Count));
        _firstCodes = arena.Take("first_moment_codes", DType.Int32, words, 1);
        _secondCodes = arena.Take("second_moment_codes", DType.Int32, words, 1);
        _firstScales = arena.Take("first_moment_scales", DType.Float32, blocks, 1);
        _secondScales = arena.Take("second_moment_scales", DType.Float32, blocks, 1);
    }

    public void Update(OptimizerTarget target, in AdamWStep step)
    {
        long block = 0;
        foreach (ref readonly ParameterRange range in ranges.AsSpan())
        {
            long word = range.Start / CodesPerWord, words = (range.Count + CodesPerWord - 1) / CodesPerWord, blocks = Blocks(range.Count);
            target.Backend.AdamW8Bit(target.WeightsOf(range), target.MasterOf(range), target.GradientsOf(range), _firstCodes.Flat(word, words), _secondCodes.Flat(word, words),
                _firstScales.Flat(block, blocks), _secondScales.Flat(block, blocks), target.Norm, range.Settings(step));
            block += blocks;
        }
    }

    private static long Blocks(long count) => (count + ComputeBackend.MomentBlock - 1) / ComputeBackend.MomentBlock;
}
