#:package LLamaSharp@0.30.0
#:package LLamaSharp.Backend.Cpu@0.30.0
#:property ManagePackageVersionsCentrally=false
#:property TreatWarningsAsErrors=false
#:property PublishAot=false
// What llama.cpp makes of a GGUF file: reads token ids from the command line, writes their logits as float32 and prints the greedy tokens behind them.
//   dotnet run bench/peers/llama.cs -- model.gguf 1,5,9,20 24 logits.bin
//   dotnet run bench/peers/llama.cs -- quantize model.gguf quantised.gguf 15      (a number of llama.cpp's enum llama_ftype)
// The library is the one that the package LLamaSharp.Backend.Cpu (MIT) ships. Float32 cache, one thread, no flash attention, windows in full.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLama;
using LLama.Common;
using LLama.Native;

NativeLibraryConfig.All.WithLogCallback((level, message) =>
{
    if (level is LLamaLogLevel.Error or LLamaLogLevel.Warning) Console.Error.Write(message);
});
if (args is ["quantize", var source, var target, var type])
{
    RuntimeHelpers.RunClassConstructor(typeof(NativeApi).TypeHandle);
    NativeApi.llama_empty_call();
    var settings = LLamaModelQuantizeParams.Default();
    (settings.ftype, settings.nthread) = ((LLamaFtype)int.Parse(type), 1);
    return (int)NativeApi.llama_model_quantize(source, target, ref settings);
}
if (args is not [var path, var list, var count, var output])
{
    Console.Error.WriteLine("usage: MODEL.gguf IDS GREEDY LOGITS.bin | quantize MODEL.gguf OUT.gguf FTYPE");
    return 2;
}
int[] ids = [.. list.Split(',').Select(int.Parse)];
var options = new ModelParams(path)
{
    ContextSize = 512,
    BatchSize = 512,
    UBatchSize = 512,
    Threads = 1,
    BatchThreads = 1,
    GpuLayerCount = 0,
    FlashAttention = false,
    SwaFull = true,
    TypeK = GGMLType.GGML_TYPE_F32,
    TypeV = GGMLType.GGML_TYPE_F32,
};
using var weights = LLamaWeights.LoadFromFile(options);
using LLamaContext context = weights.CreateContext(options);
var batch = new LLamaBatch();
for (int i = 0; i < ids.Length; i++) batch.Add(ids[i], i, LLamaSeqId.Zero, true);
if (context.NativeHandle.Decode(batch) != DecodeResult.Ok) return 1;
float[] last = [];
using (FileStream file = File.Create(output))
{
    for (int i = 0; i < ids.Length; i++)
    {
        last = context.NativeHandle.GetLogitsIth(i).ToArray();
        file.Write(MemoryMarshal.AsBytes<float>(last));
    }
}
var greedy = new List<int>();
while (greedy.Count < int.Parse(count))
{
    greedy.Add(Array.IndexOf(last, last.Max()));
    batch.Clear();
    batch.Add(greedy[^1], ids.Length + greedy.Count - 1, LLamaSeqId.Zero, true);
    if (context.NativeHandle.Decode(batch) != DecodeResult.Ok) return 1;
    last = context.NativeHandle.GetLogitsIth(0).ToArray();
}
Console.WriteLine(string.Join(",", greedy));
return 0;
