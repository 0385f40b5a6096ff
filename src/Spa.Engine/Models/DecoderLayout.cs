using System.Globalization;
using Spa.Engine.Compute;
using Spa.Engine.Models.Adapters;

namespace Spa.Engine.Models;

/// <summary>Which parameters a configuration has, in which order, and where the decoder finds them. One place for both.</summary>
public sealed class DecoderLayout
{
    private readonly DecoderConfig _config;
    private readonly ParameterNames _names;
    private readonly QuantisedFormat? _format;

    /// <param name="config">Options of the decoder.</param>
    /// <param name="names">Tensor names of its family.</param>
    /// <param name="matrixType">Storage of matrices; vectors are float32.</param>
    /// <param name="format">How the matrices of blocks are quantised; null: they are not. The embedding and the head never are.</param>
    public DecoderLayout(DecoderConfig config, ParameterNames names, DType matrixType, QuantisedFormat? format = null)
    {
        _config = config;
        _names = config.RewardHead ? names with { Head = RewardConfig.Head } : names;
        _format = format;
        Table = new ParameterTable();
        AddMatrix([names.Embedding], [config.VocabSize], config.HiddenSize, matrixType);
        for (int layer = 0; layer < config.Layers; layer++) AddLayer(layer, matrixType);
        AddNorm(names.FinalNorm, config.HiddenSize);
        if (!config.TieWordEmbeddings) AddMatrix([_names.Head], [config.HeadRows], config.HiddenSize, matrixType);
        if (config.HeadBias) AddBias([_names.Head], [config.HeadRows]);
    }

    public ParameterTable Table { get; }

    /// <summary>Whether this is the token embedding, which is also the head where they are tied.</summary>
    public bool IsEmbedding(Parameter parameter) => parameter.Name == _names.Embedding + ".weight";

    /// <summary>Whether this is the matrix of an untied head.</summary>
    public bool IsHead(Parameter parameter) => parameter.Name == _names.Head + ".weight";

    /// <summary>Views into whatever buffer <paramref name="at"/> finds parameters in (the first of a group stands for its start).</summary>
    public DecoderTensors Bind(Func<Parameter, Tensor> at)
    {
        Tensor embedding = Find(at, _names.Embedding, _config.VocabSize, _config.HiddenSize);
        return new DecoderTensors
        {
            Embedding = embedding,
            Layers = [.. Enumerable.Range(0, _config.Layers).Select(layer => BindLayer(at, layer))],
            FinalNorm = Find(at, _names.FinalNorm, 1, _config.HiddenSize),
            FinalNormBias = Find(at, _names.FinalNorm, 1, _config.HiddenSize, ".bias"),
            Head = _config.TieWordEmbeddings ? embedding : Find(at, _names.Head, _config.HeadRows, _config.HiddenSize),
            HeadBias = Find(at, _names.Head, 1, _config.HeadRows, ".bias"),
        };
    }

    /// <summary>Elements of the largest matrix that is unpacked at once; 0 without quantised ones.</summary>
    public long LargestQuantised => _format is null ? 0 : Slots(0).Max(names => names.Sum(name => Table[name].Count));

    /// <summary>The quantised weights of every product, in the order of <see cref="LinearSlot"/>: [layer][slot]; empty without any.</summary>
    internal QuantisedLinear[][] BindQuantised(Func<Parameter, QuantisedWeight> at, DequantisedWeight scratch) => _format is null ? [] :
        [.. Enumerable.Range(0, _config.Layers).Select(layer => Slots(layer).Select(names => new QuantisedLinear([.. names.Select(name => at(Table[name]))], scratch)).ToArray())];

    private IEnumerable<IReadOnlyList<string>> Slots(int layer) =>
        new[] { _names.Qkv, [_names.Output], _names.MlpInput, [_names.MlpOutput] }.Select(names => (IReadOnlyList<string>)[.. names.Select(name => Name(name, layer) + ".weight")]);

    private LayerTensors BindLayer(Func<Parameter, Tensor> at, int layer)
    {
        DecoderConfig c = _config;
        Tensor Get(string name, long rows, int columns, string suffix = ".weight") => Find(at, Name(name, layer), rows, columns, suffix);
        return new LayerTensors
        {
            InputNorm = c.NormPlacement == NormPlacement.Post ? default : Get(_names.InputNorm, 1, c.HiddenSize),
            InputNormBias = c.NormPlacement == NormPlacement.Post ? default : Get(_names.InputNorm, 1, c.HiddenSize, ".bias"),
            Qkv = Get(_names.Qkv[0], c.QkvWidth, c.HiddenSize),
            QkvBias = Get(_names.Qkv[0], 1, c.QkvWidth, ".bias"),
            QueryNorm = Get(_names.QueryNorm, 1, QkNormWidth(c.QueryWidth)),
            KeyNorm = Get(_names.KeyNorm, 1, QkNormWidth(c.KvWidth)),
            Output = Get(_names.Output, c.HiddenSize, c.QueryWidth),
            OutputBias = Get(_names.Output, 1, c.HiddenSize, ".bias"),
            AttentionPostNorm = HasPostNorms ? Get(_names.AttentionPostNorm, 1, c.HiddenSize) : default,
            MlpNorm = HasMlpNorm ? Get(_names.MlpNorm, 1, c.HiddenSize) : default,
            MlpNormBias = HasMlpNorm ? Get(_names.MlpNorm, 1, c.HiddenSize, ".bias") : default,
            MlpInput = Get(_names.MlpInput[0], c.MlpInputWidth, c.HiddenSize),
            MlpInputBias = Get(_names.MlpInput[0], 1, c.MlpInputWidth, ".bias"),
            MlpOutput = Get(_names.MlpOutput, c.HiddenSize, c.IntermediateSize),
            MlpOutputBias = Get(_names.MlpOutput, 1, c.HiddenSize, ".bias"),
            MlpPostNorm = HasPostNorms ? Get(_names.MlpPostNorm, 1, c.HiddenSize) : default,
        };
    }

    private bool HasPostNorms => _config.NormPlacement is NormPlacement.PreAndPost or NormPlacement.Post;

    private bool HasMlpNorm => _config.NormPlacement is NormPlacement.Pre or NormPlacement.PreAndPost;

    private void AddLayer(int layer, DType type)
    {
        DecoderConfig c = _config;
        string[] Names(IReadOnlyList<string> names) => [.. names.Select(n => Name(n, layer))];
        if (c.NormPlacement != NormPlacement.Post) AddNorm(Name(_names.InputNorm, layer), c.HiddenSize);
        long[] qkvRows = _names.Qkv.Count == 1 ? [c.QkvWidth] : [c.QueryWidth, c.KvWidth, c.KvWidth];
        AddLinear(Names(_names.Qkv), qkvRows, c.HiddenSize, type);
        if (c.QkvBias) AddBias(Names(_names.Qkv), qkvRows);
        AddQkNorm(_names.QueryNorm, layer, c.Heads);
        AddQkNorm(_names.KeyNorm, layer, c.KvHeads);
        AddLinear([Name(_names.Output, layer)], [c.HiddenSize], c.QueryWidth, type);
        if (c.OutputBias) AddBias([Name(_names.Output, layer)], [c.HiddenSize]);
        if (HasPostNorms) AddNorm(Name(_names.AttentionPostNorm, layer), c.HiddenSize);
        if (HasMlpNorm) AddNorm(Name(_names.MlpNorm, layer), c.HiddenSize);
        long[] mlpRows = _names.MlpInput.Count == 1 ? [c.MlpInputWidth] : [c.IntermediateSize, c.IntermediateSize];
        AddLinear(Names(_names.MlpInput), mlpRows, c.HiddenSize, type);
        if (c.MlpBias) AddBias(Names(_names.MlpInput), mlpRows);
        AddLinear([Name(_names.MlpOutput, layer)], [c.HiddenSize], c.IntermediateSize, type);
        if (c.MlpBias) AddBias([Name(_names.MlpOutput, layer)], [c.HiddenSize]);
        if (HasPostNorms) AddNorm(Name(_names.MlpPostNorm, layer), c.HiddenSize);
    }

    private int QkNormWidth(int width) => _config.QkNorm == QkNormKind.Head ? _config.HeadDim : width;

    private void AddQkNorm(string pattern, int layer, int heads)
    {
        int head = _config.HeadDim;
        switch (_config.QkNorm)
        {
            case QkNormKind.Head:
                AddVector(Name(pattern, layer) + ".weight", head);
                break;
            case QkNormKind.Width:
                AddVector(Name(pattern, layer) + ".weight", heads * head);
                break;
            case QkNormKind.EachHead:
                Table.AddGroup(DType.Float32, false, [.. Enumerable.Range(0, heads).Select(i => (Name(pattern, layer, i) + ".weight", 1L, head))]);
                break;
        }
    }

    // A matrix of a block.
    private void AddLinear(string[] names, long[] rows, int columns, DType type)
    {
        if (_format is { } format) Table.AddQuantised(type, format, [.. names.Zip(rows, (name, n) => (name + ".weight", n, columns))]);
        else AddMatrix(names, rows, columns, type);
    }

    private void AddMatrix(string[] names, long[] rows, int columns, DType type) =>
        Table.AddGroup(type, true, [.. names.Zip(rows, (name, n) => (name + ".weight", n, columns))]);

    private void AddBias(string[] names, long[] widths) =>
        Table.AddGroup(DType.Float32, false, [.. names.Zip(widths, (name, n) => (name + ".bias", 1L, (int)n))]);

    private void AddVector(string name, int width) => Table.AddGroup(DType.Float32, false, (name, 1, width));

    private void AddNorm(string name, int width)
    {
        AddVector(name + ".weight", width);
        if (_config.Norm == NormKind.Layer) AddVector(name + ".bias", width);
    }

    private Tensor Find(Func<Parameter, Tensor> at, string name, long rows, int columns, string suffix = ".weight")
    {
        if (!Table.Contains(name + suffix)) return default;
        Tensor first = at(Table[name + suffix]);
        if (first.IsAbsent) return default;
        return new Tensor(first.Address, first.Type, rows, columns);
    }

    private static string Name(string pattern, int layer, int head = 0) => string.Format(CultureInfo.InvariantCulture, pattern, layer, head);
}
