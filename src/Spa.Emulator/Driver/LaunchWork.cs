namespace Spa.Emulator.Driver;

/// <summary>A kernel with its arguments.</summary>
internal sealed class LaunchWork(EmulatedFunction function, LaunchGeometry geometry, byte[] parameters) : StreamWork
{
    public override string Kind => "kernel";

    public override void Run(EmulatedContext context)
    {
        context.Core.Launch(function.Function, geometry, parameters);
        context.Driver.OnLaunched(new EmulatedLaunch(function.Function.Name, geometry, context.Core.LastCounts));
    }
}
