using Spa.Emulator.Ptx;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>Code loaded into a context, with the functions that were asked for.</summary>
internal sealed class EmulatedModule : EmulatedObject
{
    private readonly Dictionary<string, EmulatedFunction> _functions = [];
    private readonly HashSet<ulong> _variables = [];
    private readonly PtxModule _module;

    public EmulatedModule(EmulatedContext context, string ptx)
        : base(context, "module")
    {
        try
        {
            _module = context.Core.LoadModule(ptx, "module.ptx");
        }
        catch (PtxException error)
        {
            base.Destroy();
            throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_PTX, error.Message);
        }
    }

    public EmulatedFunction GetFunction(string name)
    {
        if (_functions.TryGetValue(name, out EmulatedFunction? known)) return known;
        PtxFunction function = _module.GetFunction(name) ?? throw new DriverErrorException(CUresult.CUDA_ERROR_NOT_FOUND, $"the module has no kernel '{name}'");
        return _functions[name] = new EmulatedFunction(Context, function);
    }

    /// <summary>Address and bytes of a variable of the module.</summary>
    public (ulong Address, long Bytes) GetGlobal(string name)
    {
        if (!_module.TryGetGlobal(name, out ulong address, out long bytes))
            throw new DriverErrorException(CUresult.CUDA_ERROR_NOT_FOUND, $"the module has no variable '{name}'");
        if (_variables.Add(address)) Context.Memory.AddVariable(address, bytes);
        return (address, bytes);
    }

    public override void Destroy()
    {
        foreach (EmulatedFunction function in _functions.Values) function.Destroy();
        foreach (ulong variable in _variables) Context.Memory.RemoveVariable(variable);
        base.Destroy();
    }
}
