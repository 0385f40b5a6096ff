using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Benchmarks.Cuda;

/// <summary>Rows of logits: the three log-probs with the gradient of the first, draws, and the whole output head with its products.</summary>
internal static class HeadOps
{
    private const float Lambda = 0.5f;

    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        // Reads two logits an element and writes one gradient.
        DeviceOp.OfBytes("logprob", c => 3.0 * Type(c).Size() * c["rows"] * c["columns"], LogProb),
        DeviceOp.OfBytes("sample", c => 4.0 * c["rows"] * c["columns"], Sample),
        DeviceOp.OfBytes("logprob_squares", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor logits = inputs.Normal(c["rows"], c["columns"], DType.Float32), lse = inputs.Filled(12, c["rows"], 1), squares = inputs.Empty(DType.Float32, c["rows"], 1);
            return () => inputs.Backend.LogProbSquares(squares, logits, lse);
        }),
        DeviceOp.OfBytes("top_logprobs", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor logits = inputs.Normal(c["rows"], c["columns"], DType.Float32), ids = inputs.Empty(DType.Int32, c["rows"], c["wanted"]), logps = inputs.Empty(DType.Float32, c["rows"], c["wanted"]);
            return () => inputs.Backend.TopLogProbs(ids, logps, logits, 0);
        }),
        // Logits of policy and reference, then the gradients of rows and weight.
        new DeviceOp("head", c => 8.0 * c["rows"] * c["hidden"] * c["vocabulary"], _ => 0, WholeHead) { Variants = ["chunked", "materialised"], Timings = [DeviceTiming.Batch] },
    ];

    private static DType Type(DeviceCase c) => c.Text("type") == "bfloat16" ? DType.BFloat16 : DType.Float32;

    private static Action LogProb(DeviceInputs inputs, DeviceCase c)
    {
        int rows = c["rows"], columns = c["columns"];
        Tensor policy = inputs.Normal(rows, columns, Type(c)), reference = inputs.Normal(rows, columns, Type(c)), labels = inputs.Ids(rows, columns);
        Tensor Vector() => inputs.Empty(DType.Float32, rows, 1);
        // A coefficient of 0 would let backward write zeros without reading.
        Tensor coefficient = inputs.Filled(0.5f, rows, 1);
        LogProbRows outputs = new() { Policy = Vector(), PolicyLse = Vector(), Reference = Vector(), Extrapolated = Vector() };
        return () =>
        {
            inputs.Backend.LogProbForward(outputs, policy, reference, labels, Lambda, 0);
            inputs.Backend.LogProbBackward(policy, outputs.PolicyLse, labels, coefficient, 0);
        };
    }

    private static Action Sample(DeviceInputs inputs, DeviceCase c)
    {
        int rows = c["rows"];
        Tensor logits = inputs.Normal(rows, c["columns"], DType.Float32), tokens = inputs.Empty(DType.Int32, rows, 1), logps = inputs.Empty(DType.Float32, rows, 1);
        float topP = float.Parse(c.Text("top_p"), System.Globalization.CultureInfo.InvariantCulture);
        Tensor settings = inputs.Empty(DType.Int32, rows, SamplingRow.Words);
        inputs.Backend.UploadSampling(settings, [.. Enumerable.Range(0, rows).Select(i => new SamplingRow { Temperature = 0.7f, TopP = topP, Prompt = (uint)i })]);
        return () => inputs.Backend.Sample(tokens, logps, logits, settings, 0);
    }

    private static Action WholeHead(DeviceInputs inputs, DeviceCase c)
    {
        int rows = c["rows"], hidden = c["hidden"], vocabulary = c["vocabulary"];
        Model model = inputs.Keep(DeviceModels.Create(inputs.Backend, DeviceModels.HeadOnly(hidden, vocabulary), 1)), reference = inputs.Keep(DeviceModels.Create(inputs.Backend, DeviceModels.HeadOnly(hidden, vocabulary), 2));
        Gradients? gradients = null;
        Head? head = null;
        long bytes = c.Variant == "chunked" ? 512L << 20 : long.MaxValue;
        inputs.Keep(inputs.Backend.CreateArena("head", arena =>
        {
            gradients = new Gradients(model, arena);
            head = new Head(inputs.Backend, model.Config, rows, withReference: true, arena, bytes, DType.BFloat16);
        }));
        inputs.Backend.Zero(gradients!.Flat);
        Tensor policyRows = inputs.Normal(rows, hidden), referenceRows = inputs.Normal(rows, hidden), dhidden = inputs.Empty(DType.BFloat16, rows, hidden), labels = inputs.Ids(rows, vocabulary);
        Tensor Vector() => inputs.Empty(DType.Float32, rows, 1);
        Tensor coefficient = inputs.Filled(0.5f, rows, 1);
        LogProbRows outputs = new() { Policy = Vector(), PolicyLse = Vector(), Reference = Vector(), Extrapolated = Vector() };
        return () =>
        {
            head!.Forward(outputs, policyRows, model.Tensors, referenceRows, reference.Tensors, labels, Lambda);
            head.Backward(dhidden, gradients.Tensors, policyRows, model.Tensors, labels, outputs.PolicyLse, coefficient);
        };
    }
}
